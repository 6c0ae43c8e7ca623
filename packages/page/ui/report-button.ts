import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { catalogue } from './catalogue.js'
import { useEnv } from './env.js'
import { html } from './html.js'
import type { Findings, JobState } from './model.js'
import { reportOf } from './report.js'
import type { Summary } from './summary.js'

// Of what is loaded when it is asked for.
Object.assign(catalogue, {
  'act.report': 'Copy a report for support',
  'act.copied': 'The report is copied. Paste it into a message to your support.',
  'act.notCopied': 'The browser did not allow copying. Select the text and copy it:',
})

interface ReportButtonProps {
  readonly state: JobState
  readonly summary: Summary
  readonly findings: Findings | undefined
}

/** Copies what support has to know. */
export function ReportButton({ state, summary, findings }: ReportButtonProps): VNode {
  const env = useEnv()
  const { t } = env
  const [copied, setCopied] = useState<{ ok: boolean; text: string }>()
  const copy = async () => {
    const report = reportOf(state, summary, findings, env)
    // Not there without https.
    const ok = await Promise.resolve(navigator.clipboard?.writeText(report)).then(
      () => navigator.clipboard !== undefined,
      () => false,
    )
    setCopied({ ok, text: report })
  }
  return html`<span class="stack">
    <button type="button" class="quiet" onClick=${copy}>${t('act.report')}</button>
    ${copied && html`<span role="status">${t(copied.ok ? 'act.copied' : 'act.notCopied')}</span>`}
    ${copied && !copied.ok && html`<textarea readonly rows="10" aria-label=${t('act.report')}>${copied.text}</textarea>`}
  </span>`
}
