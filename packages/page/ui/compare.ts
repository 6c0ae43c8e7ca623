import './form-words.js'
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Problem } from './api.js'
import { useEnv } from './env.js'
import { asProblem } from './hooks.js'
import { html } from './html.js'
import type { Diff, JobState } from './model.js'
import { titleOf } from './names.js'
import { ProblemNote } from './problem-note.js'
import { linkTo } from './views.js'

/** What an export has, and what is there now: part by part. */
export function Compare({ id = '' }: { id: string | undefined }): VNode {
  const { api, t, names } = useEnv()
  const [title, setTitle] = useState<string>()
  const [diff, setDiff] = useState<Diff>()
  const [problem, setProblem] = useState<Problem>()
  useEffect(() => {
    const stop = new AbortController()
    const work = async () => {
      const { job } = await api.get<JobState>(`jobs/${encodeURIComponent(id)}`, stop.signal)
      await names.load([job.source])
      setTitle(titleOf(job, names, t))
      const { kind = '', id: own = '' } = job.source ?? {}
      const response = await api.send('archives/diff', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ a: { job: id }, b: { resource: { kind, id: own } } }),
        signal: stop.signal,
      })
      setDiff(await response.json())
    }
    work().catch((error: unknown) => !stop.signal.aborted && setProblem(asProblem(error)))
    return () => stop.abort()
  }, [api, id])
  return html`<article>
    <p class="back"><a href=${linkTo('job', id)}><span class="arrow" aria-hidden="true">←</span> ${title ?? t('list.loading')}</a></p>
    <h1 tabindex="-1">${t('compare.title')}</h1>
    <${ProblemNote} problem=${problem} />
    ${!diff && !problem && html`<p role="status">${t('compare.busy')}</p>`}
    ${diff && html`<p class=${`note ${diff.equal ? 'good' : 'waiting'}`} role="status"><strong>${t(diff.equal ? 'compare.equal' : 'compare.differs')}</strong></p>`}
    ${diff && html`<${Table} diff=${diff} />`}
  </article>`
}

function Table({ diff }: { diff: Diff }): VNode {
  const { t, format } = useEnv()
  const rows = diff.resources.flatMap(({ a, b, pieces }, at) =>
    pieces.map((piece) => ({ ...piece, key: `${at} ${piece.piece}`, kind: (a ?? b)?.kind })),
  )
  const sum = (row: (typeof rows)[number], name: 'added' | 'removed' | 'changed' | 'equal') =>
    row.entries.reduce((all, { rows: counts }) => all + (counts?.[name] ?? 0), 0)
  const cell = (row: (typeof rows)[number], name: 'added' | 'removed' | 'changed' | 'equal') => {
    const isCounted = row.entries.some(({ rows: counts }) => counts)
    return html`<td class="number" data-label=${t(`compare.${name === 'equal' ? 'same' : name}`)}>${isCounted ? format.number(sum(row, name)) : undefined}</td>`
  }
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${t('compare.title')}><table class="stacked">
    <thead><tr>
      <th scope="col">${t('compare.part')}</th>
      ${['added', 'removed', 'changed', 'same'].map((name) => html`<th scope="col" class="number">${t(`compare.${name}`)}</th>`)}
      <th scope="col">${t('compare.columns')}</th>
    </tr></thead>
    <tbody>${rows.map((row) => {
      const columns = row.entries.flatMap(({ rows: counts }) => Object.entries(counts?.columns ?? {}))
      const note = row.onlyIn ? t(row.onlyIn === 'a' ? 'compare.onlyA' : 'compare.onlyB') : noteOf(row)
      return html`<tr key=${row.key} class=${row.equal ? 'equal' : ''}>
        <th scope="row">${t.part(row.piece)} <span class="faint">(${t.kind(row.kind)})</span></th>
        ${cell(row, 'added')}${cell(row, 'removed')}${cell(row, 'changed')}${cell(row, 'equal')}
        <td data-label=${columns.length > 0 ? t('compare.columns') : undefined}>${columns.length > 0 ? columns.map(([name, count]) => `${name} (${format.number(count)})`).join(', ') : note}</td>
      </tr>`
    })}</tbody>
  </table></div>`

  function noteOf({ equal, entries }: (typeof rows)[number]): string {
    return equal || entries.some(({ rows: counts }) => counts) ? '' : t('compare.otherwise')
  }
}
