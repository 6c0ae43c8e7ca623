import type { VNode } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { csvOf } from './csv.js'
import { saveAs } from './download.js'
import { useEnv } from './env.js'
import { html } from './html.js'
import type { Finding, Findings } from './model.js'

/** So many places of one cause are shown before one asks for all. */
const fewPlaces = 10

type Severity = Finding['severity'] | 'all'

/** What is wrong, by cause: where it is, and what to change. `name`: of the file that the table is saved as. */
export function FindingsView({ findings, name }: { findings: Findings; name: string }): VNode | null {
  const { t, format } = useEnv()
  const [severity, setSeverity] = useState<Severity>('all')
  const [file, setFile] = useState('')
  const [search, setSearch] = useState('')
  const { items, errors, warnings } = findings
  const files = useMemo(() => [...new Set(items.flatMap((one) => one.file ?? []))].sort(), [items])
  const causes = useMemo(
    () =>
      causesOf(items.filter((one) => isShown(one, { severity, file, search: search.trim().toLowerCase() }))),
    [items, severity, file, search],
  )
  if (items.length === 0) return null
  const save = () => saveAs(new Blob([csvOf(items, t)], { type: 'text/csv' }), `${name}.csv`)
  const option = (value: Severity, text: string) =>
    html`<label><input type="radio" name="severity" value=${value} checked=${severity === value} onChange=${() => setSeverity(value)} />${text}</label>`
  return html`<section aria-labelledby="findings">
    <h2 id="findings">${t('findings.title')}</h2>
    <form class="filters" onSubmit=${(event: Event) => event.preventDefault()}>
      <fieldset class="choice">
        <legend>${t('findings.show')}</legend>
        ${option('all', `${t('findings.all')} (${format.number(errors + warnings)})`)}
        ${option('error', `${t('findings.errors')} (${format.number(errors)})`)}
        ${option('warning', `${t('findings.warnings')} (${format.number(warnings)})`)}
      </fieldset>
      ${
        files.length > 1 &&
        html`<label>${t('findings.file')}
          <select value=${file} onChange=${(event: { currentTarget: HTMLSelectElement }) => setFile(event.currentTarget.value)}>
            <option value="">${t('findings.allFiles')}</option>
            ${files.map((one) => html`<option key=${one} value=${one}>${one}</option>`)}
          </select></label>`
      }
      <label>${t('findings.search')}
        <input type="search" value=${search} onInput=${(event: { currentTarget: HTMLInputElement }) => setSearch(event.currentTarget.value)} /></label>
      <button type="button" class="quiet" onClick=${save}>${t('findings.csv')}</button>
    </form>
    ${findings.next !== undefined && html`<p class="note waiting">${t('findings.truncated', { n: format.number(items.length) })}</p>`}
    ${causes.length === 0 && html`<p class="faint">${t('findings.none')}</p>`}
    ${causes.map((cause) => html`<${CauseView} key=${cause.key} cause=${cause} />`)}
  </section>`
}

interface Filter {
  readonly severity: Severity
  readonly file: string
  readonly search: string
}

function isShown(one: Finding, { severity, file, search }: Filter): boolean {
  if (severity !== 'all' && one.severity !== severity) return false
  if (file !== '' && one.file !== file) return false
  return (
    search === '' ||
    [one.message, one.hint, one.file, one.column, one.code].some((text) =>
      text?.toLowerCase().includes(search),
    )
  )
}

interface Cause {
  readonly key: string
  readonly items: readonly Finding[]
  /** How often it is there; more than `items` where not all are listed. */
  readonly count: number
}

/** By severity, code and file: the first of a kind in a file says how many there are. */
function causesOf(items: readonly Finding[]): readonly Cause[] {
  const found = new Map<string, Finding[]>()
  for (const one of items) {
    const key = `${one.severity} ${one.code} ${one.file ?? ''}`
    const known = found.get(key)
    if (known) known.push(one)
    else found.set(key, [one])
  }
  const causes = [...found].map(([key, own]) => ({
    key,
    items: own,
    count: Math.max(own.length, own[0]?.count ?? 0),
  }))
  // What stands in the way comes first.
  return [...causes].sort((a, b) => Number(isWarning(a)) - Number(isWarning(b)))
}

const isWarning = ({ items }: Cause) => items[0]?.severity === 'warning'

function CauseView({ cause: { items, count } }: { cause: Cause }): VNode | null {
  const { t, format } = useEnv()
  const [isOpen, setOpen] = useState(false)
  const [first] = items
  if (!first) return null
  const shown = isOpen ? items : items.slice(0, fewPlaces)
  const isSame = items.every(({ hint }) => hint === first.hint)
  const place = [
    first.line === undefined ? '' : `${t('findings.line')} ${format.number(first.line)}`,
    first.column ?? '',
  ].filter(Boolean)
  return html`<article class=${`cause ${first.severity}`}>
    <h3>
      <span class=${`tag ${first.severity === 'error' ? 'bad' : 'waiting'}`}>${t(`findings.${first.severity}`)}</span>
      ${first.file !== undefined && html`<bdi class="file">${first.file}</bdi>`}
      ${count > 1 && html`<span class="faint">${t('findings.times', { count })}</span>`}
    </h3>
    ${items.length === 1 && html`<p>${place.length > 0 && html`<bdi class="faint">${place.join(', ')}: </bdi>`}${first.message}</p>`}
    ${isSame && first.hint !== undefined && html`<p class="hint"><strong>${t('findings.hint')}:</strong> ${first.hint}</p>`}
    ${
      items.length > 1 &&
      html`<div class="scroll" tabindex="0" role="group" aria-label=${first.file ?? t(`findings.${first.severity}`)}><table class="places stacked">
        <thead><tr>
          <th scope="col" class="number">${t('findings.line')}</th><th scope="col">${t('findings.column')}</th>
          <th scope="col">${t('findings.message')}</th>
          ${!isSame && html`<th scope="col">${t('findings.hint')}</th>`}
        </tr></thead>
        <tbody>${shown.map(
          ({ line, column, message, hint }, at) => html`<tr key=${at}>
            <td class="number" data-label=${t('findings.line')}>${line === undefined ? '–' : format.number(line)}</td><td data-label=${t('findings.column')}><bdi>${column ?? '–'}</bdi></td>
            <td>${message}</td>
            ${!isSame && html`<td data-label=${t('findings.hint')}>${hint}</td>`}
          </tr>`,
        )}</tbody>
      </table></div>`
    }
    ${
      items.length > shown.length &&
      html`<p><button type="button" class="quiet" onClick=${() => setOpen(true)}>${t('findings.more', { n: format.number(items.length) })}</button></p>`
    }
    ${
      items.length > 1 &&
      count > items.length &&
      html`<p class="faint">${t('findings.listed', { shown: format.number(items.length), n: format.number(count) })}</p>`
    }
  </article>`
}
