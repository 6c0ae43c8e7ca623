import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { catalogue } from './catalogue.js'
import { useEnv } from './env.js'
import { useAction } from './hooks.js'
import { html } from './html.js'
import type { Job, Page, Step } from './model.js'
import { ProblemNote } from './problem-note.js'

// Of what is loaded when it is asked for.
Object.assign(catalogue, {
  'parts.title': 'What was carried',
  'parts.part': 'Part',
  'parts.stated': 'There were',
  'parts.rows': 'Carried over',
  'parts.skipped': 'Left out',
  'parts.total': 'All together',
  'parts.show': 'Show record counts of each part',
})

interface Part {
  readonly name: string
  readonly rows: number
  readonly skipped: number
}

/** Of all that a job has carried, part by part. An import of which these do not add up to what its archive states fails. */
export function Parts({ job }: { job: Job }): VNode {
  const { api, t, format, settings } = useEnv()
  const [parts, setParts] = useState<readonly Part[]>()
  const loading = useAction()
  const load = () =>
    loading.run(async () => setParts(await partsOf((path) => api.get<Page<Step>>(path), job.id)))
  if (!parts)
    return html`<section aria-labelledby="parts">
      <h2 id="parts">${t('parts.title')}</h2>
      <p><button type="button" class="quiet" disabled=${loading.isBusy} onClick=${load}>${t('parts.show')}</button></p>
      <${ProblemNote} problem=${loading.problem} />
    </section>`
  const kindOf = (piece: string) => {
    const isTwice = parts.filter(({ name }) => t.part(name) === t.part(piece)).length > 1
    const of = settings.pieces.find(({ name }) => name === piece)?.of
    return isTwice && of !== undefined && html` <span class="faint">(${t.kind(of)})</span>`
  }
  const sum = (name: 'stated' | 'rows' | 'skipped') =>
    parts.reduce((all, part) => all + (name === 'stated' ? part.rows + part.skipped : part[name]), 0)
  const count = (name: string, value: number) =>
    html`<td class="number" data-label=${t(`parts.${name}`)}>${format.number(value)}</td>`
  return html`<section aria-labelledby="parts">
    <h2 id="parts">${t('parts.title')}</h2>
    <div class="scroll" tabindex="0" role="group" aria-labelledby="parts"><table class="stacked">
      <thead><tr><th scope="col">${t('parts.part')}</th><th scope="col" class="number">${t('parts.stated')}</th><th scope="col" class="number">${t('parts.rows')}</th><th scope="col" class="number">${t('parts.skipped')}</th></tr></thead>
      <tbody>${parts.map(
        ({ name, rows, skipped }) =>
          html`<tr key=${name}><th scope="row">${t.part(name)}${kindOf(name)}</th>${count('stated', rows + skipped)}${count('rows', rows)}${count('skipped', skipped)}</tr>`,
      )}</tbody>
      <tfoot><tr><th scope="row">${t('parts.total')}</th>${count('stated', sum('stated'))}${count('rows', sum('rows'))}${count('skipped', sum('skipped'))}</tr></tfoot>
    </table></div>
  </section>`
}

async function partsOf(get: (path: string) => Promise<Page<Step>>, job: string): Promise<readonly Part[]> {
  const found = new Map<string, Part>()
  let after = ''
  for (;;) {
    const { items, next } = await get(`jobs/${encodeURIComponent(job)}/steps?limit=1000${after}`)
    for (const { piece, rows, skipped } of items) {
      if (piece === undefined || rows === undefined) continue
      const before = found.get(piece) ?? { name: piece, rows: 0, skipped: 0 }
      found.set(piece, { name: piece, rows: before.rows + rows, skipped: before.skipped + (skipped ?? 0) })
    }
    if (next === undefined) return [...found.values()]
    after = `&after=${encodeURIComponent(next)}`
  }
}
