import type { VNode } from 'preact'
import { useCallback, useEffect, useState } from 'preact/hooks'
import type { Problem } from './api.js'
import { collectionOf } from './collection-of.js'
import { useEnv } from './env.js'
import { asProblem } from './hooks.js'
import { html } from './html.js'
import type { Job, Page } from './model.js'
import { titleOf } from './names.js'
import { ProblemNote } from './problem-note.js'
import { statusOf, toneOf } from './summary.js'
import { linkTo } from './views.js'

/** Between two looks at the list while something of it is under way, in ms. */
const lookMs = 5000
const pageSize = 20

export function JobList(): VNode {
  const env = useEnv()
  const { api, t, names, about, settings } = env
  const [seen, setSeen] = useState<Page<Job>>()
  const [problem, setProblem] = useState<Problem>()
  const [isMine, setMine] = useState(false)
  const load = useCallback(
    async (limit: number, signal?: AbortSignal) => {
      const query = new URLSearchParams({ limit: String(limit) })
      if (about) query.set('kind', about.ref.kind)
      if (about) query.set('id', about.ref.id)
      if (isMine) query.set('requestedBy', 'me')
      try {
        const page = await api.get<Page<Job>>(`jobs?${query}`, signal)
        await names.load(page.items.flatMap(({ source, resource }) => [source, resource]))
        if (signal?.aborted) return
        setSeen(page)
        setProblem(undefined)
      } catch (error) {
        if (!signal?.aborted) setProblem(asProblem(error))
      }
    },
    [api, about, isMine],
  )
  const shown = seen?.items.length ?? 0
  const isMoving =
    seen?.items.some(({ endedAt, status }) => endedAt === undefined && status !== 'draft') ?? false
  useEffect(() => {
    const stop = new AbortController()
    void load(pageSize, stop.signal)
    return () => stop.abort()
  }, [load])
  useEffect(() => {
    if (!isMoving) return undefined
    const timer = setInterval(() => !document.hidden && load(Math.max(pageSize, shown)), lookMs)
    return () => clearInterval(timer)
  }, [load, isMoving, shown])
  const title = about
    ? t('list.about', { name: names.of(about.ref) ?? t.kind(about.ref.kind) })
    : t('list.title')
  return html`<section aria-labelledby="title">
    <header class="top">
      <h1 id="title" tabindex="-1">${title}</h1>
      <p class="buttons">
        ${about && html`<a class="button" href=${linkTo('export')}>${t('list.export')}</a>`}
        ${about && html`<a class="button quiet" href=${linkTo('clone')}>${t('list.clone')}</a>`}
        ${
          settings.kinds.some(({ kind }) => collectionOf(kind, env) !== undefined) &&
          html`<a class=${about ? 'button quiet' : 'button'} href=${linkTo('import')}>${t('list.import')}</a>`
        }
      </p>
    </header>
    <${ProblemNote} problem=${problem} retry=${() => load(pageSize)} />
    ${
      seen
        ? html`<label class="check">
              <input type="checkbox" checked=${isMine} onChange=${() => setMine(!isMine)} /> ${t('list.mine')}
            </label>
            <${Jobs} items=${seen.items} />
            ${
              seen.next !== undefined &&
              html`<p><button type="button" onClick=${() => load(shown + pageSize)}>${t('list.older')}</button></p>`
            }`
        : !problem && html`<p class="faint">${t('list.loading')}</p>`
    }
  </section>`
}

function Jobs({ items }: { items: readonly Job[] }): VNode {
  const { t, format, names } = useEnv()
  if (items.length === 0)
    return html`<div class="empty"><p><strong>${t('list.empty')}</strong></p><p>${t('list.emptyHint')}</p></div>`
  return html`<ul class="jobs">
    ${withoutOldChecks(items).map(
      (job) => html`<li key=${job.id}>
        <a href=${job.status === 'draft' ? linkTo('draft', job.id) : linkTo('job', job.id)}><bdi>${titleOf(job, names, t)}</bdi></a>
        <span class=${`tag ${toneOf({ job })}`}>${statusOf(job, t)}</span>
        <span class="faint">
          <time datetime=${job.endedAt ?? job.createdAt}>${format.time(job.endedAt ?? job.createdAt)}</time>
          ${' · '}<bdi>${t('list.by', { who: job.requestedBy })}</bdi>
        </span>
      </li>`,
    )}
  </ul>`
}

/** Of checks of the same files the newest, until the import has run, which checks them, too: each file that arrives makes one. */
function withoutOldChecks(items: readonly Job[]): readonly Job[] {
  const keyOf = ({ resource }: Job) => `${resource?.kind}:${resource?.id}`
  const seen = new Set(items.filter(({ kind, status }) => kind === 'import' && status !== 'draft').map(keyOf))
  return items.filter((job) => {
    if (job.kind !== 'validation') return true
    const isNewest = !seen.has(keyOf(job))
    seen.add(keyOf(job))
    return isNewest
  })
}
