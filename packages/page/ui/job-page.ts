import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Actions } from './actions.js'
import { useEnv } from './env.js'
import { useFindings, useJob } from './hooks.js'
import { html } from './html.js'
import { Lazy } from './lazy.js'
import { mapOf } from './map-of.js'
import type { Delivery, Job, Page } from './model.js'
import { titleOf } from './names.js'
import { ProblemNote } from './problem-note.js'
import { Progress } from './progress.js'
import { Files } from './result.js'
import { type Summary, summaryOf } from './summary.js'
import { linkTo } from './views.js'

const findingsMap = async () => (await import('./findings-map.js')).FindingsMap

const parts = async () => (await import('./parts.js')).Parts
const places = async () => (await import('./deliveries.js')).Deliveries

const marks = { busy: '…', waiting: '…', good: '✓', warned: '!', bad: '!', stopped: '■' } as const

/** One job: what it comes to, how far it is, what it made, what was found, what one can do. */
export function JobPage({ id }: { id: string }): VNode {
  const env = useEnv()
  const { t, names } = env
  const { state, problem, isConnected } = useJob(id)
  const { job } = state ?? {}
  const findings = useFindings(id, job?.endedAt)
  const deliveries = useDeliveries(job)
  const summary = state && summaryOf({ state, findings, deliveries }, env)
  const said = summary && [summary.headline, ...summary.sentences].join(' ')
  useEffect(() => {
    if (said !== undefined) env.announce(said)
  }, [said])
  const progress = state && html`<${Progress} state=${state} isConnected=${isConnected} />`
  const title = job && titleOf(job, names, t)
  const map = job && mapOf(job, env)
  const format = env.settings.formats.find((one) => one.name === job?.format)
  const order = format?.roles.map((one) => one.name)
  const hasFindings = findings !== undefined && findings.items.length > 0
  // What was found stands before all else where it has to be mended.
  const isFailed = job?.status === 'failed'
  const detail =
    (hasFindings || (map && job?.endedAt !== undefined && (!isFailed || job.kind !== 'export'))) &&
    html`<${Lazy} load=${findingsMap} given=${{ findings, map, order, name: title ?? id }} />`
  const actions =
    state && summary && html`<${Actions} state=${state} summary=${summary} findings=${findings} />`
  return html`<article>
    <p class="back"><a href=${linkTo('list')}><span class="arrow" aria-hidden="true">←</span> ${t('back')}</a></p>
    <h1 id="title" tabindex="-1"><bdi>${title ?? t(problem ? 'problem.title' : 'list.loading')}</bdi></h1>
    <${ProblemNote} problem=${problem} />
    ${summary && html`<${SummaryView} summary=${summary} />`}
    ${job?.endedAt === undefined && job?.status !== 'draft' && progress}
    ${isFailed && actions}
    ${isFailed && detail}
    ${(job?.status === 'failed' || job?.status === 'cancelled') && progress}
    ${job && html`<${Files} job=${job} />`}
    ${job && deliveries.length > 0 && html`<${Lazy} load=${places} given=${{ job, items: deliveries }} />`}
    ${!isFailed && detail}
    ${job?.status === 'succeeded' && job.kind !== 'delivery' && html`<${Lazy} load=${parts} given=${{ job }} />`}
    ${!isFailed && actions}
  </article>`
}

function SummaryView({ summary: { tone, headline, sentences } }: { summary: Summary }): VNode {
  return html`<div class=${`summary ${tone}`}>
    <span class="mark" aria-hidden="true">${marks[tone]}</span>
    <p><strong>${headline}</strong> ${sentences.join(' ')}</p>
  </div>`
}

/** Of a job that has files; again when it has ended. */
function useDeliveries(job: Job | undefined): readonly Delivery[] {
  const { api } = useEnv()
  const [items, setItems] = useState<readonly Delivery[]>([])
  const path = job && `jobs/${encodeURIComponent(job.id)}/deliveries`
  const mayHave = job?.kind === 'export' || job?.kind === 'delivery'
  useEffect(() => {
    if (path === undefined || !mayHave) return undefined
    const stop = new AbortController()
    api.get<Page<Delivery>>(path, stop.signal).then(
      (page) => setItems(page.items),
      () => undefined,
    )
    return () => stop.abort()
  }, [api, path, mayHave, job?.status])
  return items
}
