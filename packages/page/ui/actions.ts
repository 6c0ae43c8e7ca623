import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { requestKey } from './api.js'
import { AskFirst } from './ask-first.js'
import { useEnv } from './env.js'
import { useAction } from './hooks.js'
import { html } from './html.js'
import type { Draft, Findings, Job, JobState } from './model.js'
import { ProblemNote } from './problem-note.js'
import { reportOf } from './report.js'
import type { Summary } from './summary.js'
import { linkTo, show } from './views.js'

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
  // What is wrong with files is as wrong the next time.
  const isOfFiles = job.status === 'failed' && job.kind === 'import' && (findings?.errors ?? 0) > 0
  const hasArchive = job.files.some(({ name, href }) => name === 'archive' && href !== undefined)
  const format = env.settings.formats.find(({ name }) => name === job.format)
  const collection = env.settings.kinds.find(({ kind }) => kind === job.resource?.kind)?.path
  // A check is of files that are still there: they are mended where they are.
  const isOfDraft = job.kind === 'validation' && hasEnded && format && collection
  const toFiles = () =>
    acting.run(async () => {
      const draft = await api.get<Draft>(
        `${collection}/import/${format?.segment}/${encodeURIComponent(job.resource?.id ?? '')}`,
      )
      show(draft.status === 'draft' ? 'draft' : 'job', draft.job)
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
      ${isOfFiles && html`<a class="button" href=${linkTo('import')}>${t('act.importAgain')}</a>`}
      ${isOfDraft && html`<button type="button" disabled=${acting.isBusy} onClick=${toFiles}>${t('act.toFiles')}</button>`}
      ${hasFailed && !isOfDraft && html`<button type="button" class=${isOfFiles ? 'quiet' : ''} disabled=${acting.isBusy} onClick=${retry}>${t('act.retry')}</button>`}
      ${hasArchive && job.source && html`<a class="button quiet" href=${linkTo('compare', job.id)}>${t('act.compare')}</a>`}
      ${!hasEnded && html`<${Cancel} job=${job} />`}
      <${Report} text=${() => reportOf(state, summary, findings, env)} />
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

function Report({ text }: { text: () => string }): VNode {
  const { t } = useEnv()
  const [copied, setCopied] = useState<{ ok: boolean; text: string }>()
  const copy = async () => {
    const report = text()
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
