import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import { requestKey } from './api.js'
import { AskFirst } from './ask-first.js'
import { collectionOf } from './collection-of.js'
import { useEnv } from './env.js'
import { useAction } from './hooks.js'
import { html } from './html.js'
import { filesAreKept } from './kept-files.js'
import { Lazy } from './lazy.js'
import type { Draft, Findings, Job, JobState } from './model.js'
import { ProblemNote } from './problem-note.js'
import type { Summary } from './summary.js'
import { linkTo, show } from './views.js'

const report = async () => (await import('./report-button.js')).ReportButton
const mailMe = async () => (await import('./mail-me.js')).MailMe

interface ActionsProps {
  readonly state: JobState
  readonly summary: Summary
  readonly findings: Findings | undefined
}

/** What can be done with a job as it is. */
export function Actions({ state, summary, findings }: ActionsProps): VNode {
  const env = useEnv()
  const { api, t } = env
  const { job } = state
  const acting = useAction()
  // The same key until it has worked: asking twice makes one job.
  const key = useRef(requestKey())
  const path = `jobs/${encodeURIComponent(job.id)}`
  const hasEnded = job.endedAt !== undefined
  const hasFailed = job.status === 'failed' || job.status === 'cancelled'
  const hasArchive = job.files.some(({ name, href }) => name === 'archive' && href !== undefined)
  const format = env.settings.formats.find(({ name }) => name === job.format)
  const collection = collectionOf(job.resource?.kind, env)
  const isOfFiles = format !== undefined && collection !== undefined
  // Files that are still there are mended where they are; of an import that has run, they are copied for another one.
  const hasFiles = isOfFiles && hasEnded && (job.kind === 'validation' || filesAreKept(job))
  // What is wrong with files is as wrong the next time.
  const isAgain =
    hasFailed && job.kind === 'import' && !hasFiles && (isOfFiles || (findings?.errors ?? 0) > 0)
  const toFiles = () =>
    acting.run(async () => {
      const own = `${collection}/import/${format?.segment}/${encodeURIComponent(job.resource?.id ?? '')}`
      const draft = await api.get<Draft>(own)
      if (draft.status === 'draft') return show('draft', draft.job)
      if (draft.keptUntil === undefined) return show('job', draft.job)
      const made = await api.post<Draft>(`${own}/again`, {}, key.current)
      return show('draft', made.job)
    })
  const retry = () =>
    acting.run(async () => {
      const made = await api.post<Job>(`${path}/retry`, {}, key.current)
      key.current = requestKey()
      show('job', made.id)
    })
  return html`<section aria-labelledby="actions">
    <h2 id="actions">${t('act.title')}</h2>
    <div class="buttons">
      ${job.status === 'draft' && html`<a class="button" href=${linkTo('draft', job.id)}>${t('act.continue')}</a>`}
      ${isAgain && html`<a class="button" href=${linkTo('import')}>${t('act.importAgain')}</a>`}
      ${hasFiles && html`<button type="button" disabled=${acting.isBusy} onClick=${toFiles}>${t('act.toFiles')}</button>`}
      ${hasFailed && !isOfFiles && !isAgain && html`<button type="button" disabled=${acting.isBusy} onClick=${retry}>${t('act.retry')}</button>`}
      ${hasArchive && job.source && html`<a class="button quiet" href=${linkTo('compare', job.id)}>${t('act.compare')}</a>`}
      ${!hasEnded && html`<${Cancel} job=${job} />`}
      ${!hasEnded && env.settings.mails && html`<${Lazy} load=${mailMe} given=${{ id: job.id }} />`}
      <${Lazy} load=${report} given=${{ state, summary, findings }} />
    </div>
    <${ProblemNote} problem=${acting.problem} />
  </section>`
}

/** Asks first: what has been done so far goes. */
function Cancel({ job }: { job: Job }): VNode {
  const { api, t } = useEnv()
  const words = {
    label: t('act.cancel'),
    sure: t('act.cancelSure'),
    why: t(`act.cancelSure.${job.kind === 'export' ? 'export' : 'import'}`),
    yes: t('act.cancelYes'),
    no: t('act.cancelNo'),
  }
  const stop = () => api.post(`jobs/${encodeURIComponent(job.id)}/cancel`)
  return html`<${AskFirst} ...${words} act=${stop} />`
}
