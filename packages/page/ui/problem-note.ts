import type { VNode } from 'preact'
import type { Problem } from './api.js'
import { useEnv } from './env.js'
import { html } from './html.js'

const keys: Readonly<Record<string, string>> = {
  offline: 'problem.offline',
  'page/module': 'problem.module',
  forbidden: 'problem.forbidden',
  'job-not-found': 'problem.notFound',
  'resource-busy': 'problem.busy',
}

/** Why something could not be done, in words of the page where it has some, else in those of the server. */
export function ProblemNote({
  problem,
  retry,
}: {
  problem: Problem | undefined
  retry?: () => void
}): VNode | null {
  const { t } = useEnv()
  if (!problem) return null
  const key = problem.status === 401 ? 'problem.signIn' : keys[problem.code]
  const cause = t.find(`cause.${problem.code}`)
  const text = key === undefined ? (cause ?? problem.message) : t(key)
  return html`<div class="note bad" role="alert">
    <p><strong>${t('problem.title')}.</strong> ${text}</p>
    ${key === undefined && cause !== undefined && html`<p class="faint">${problem.message}</p>`}
    ${
      problem.findings.length > 0 &&
      html`<ul>
        ${problem.findings.slice(0, 20).map(({ message, hint }) => html`<li>${message}${hint && ` ${hint}`}</li>`)}
      </ul>`
    }
    ${retry && html`<p><button type="button" onClick=${retry}>${t('retryNow')}</button></p>`}
  </div>`
}
