import './findings-words.js'
import type { VNode } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { CauseView } from './cause.js'
import { causesOf, countsOf } from './causes.js'
import { csvOf } from './csv.js'
import { saveAs } from './download.js'
import { useEnv } from './env.js'
import { html } from './html.js'
import type { Finding, Findings } from './model.js'

type Severity = Finding['severity'] | 'all'

/** So many are read without a search. */
const fewItems = 5

interface FindingsViewProps {
  readonly findings: Findings
  /** Files, by what they are used as: what is wrong in one shows in those behind it. */
  readonly order?: readonly string[] | undefined
  readonly name: string
  /** Key of what alone is shown. */
  readonly subject?: string | undefined
  readonly onSubject?: (key: string | undefined) => void
  /** As people know a file that findings name by what it is used as. */
  readonly nameOf?: ((file: string) => string) | undefined
  /** Shows on a map what a finding is about. Absent: there is no map. */
  readonly onShow?: (key: string) => void
}

/** What is wrong, by cause: where it is, and what to change. `name`: of the file that the table is saved as. */
export function FindingsView({
  findings,
  order,
  name,
  subject,
  onSubject,
  nameOf: given,
  onShow,
}: FindingsViewProps): VNode | null {
  const { t, format } = useEnv()
  const nameOf = given ?? ((file: string) => t.find(`role.${file}`) ?? file)
  const [severity, setSeverity] = useState<Severity>('all')
  const [file, setFile] = useState('')
  const [search, setSearch] = useState('')
  const { items } = findings
  const { errors, warnings } = useMemo(() => countsOf(items), [items])
  const files = useMemo(() => [...new Set(items.flatMap((one) => one.file ?? []))].sort(), [items])
  const causes = useMemo(
    () =>
      causesOf(
        items.filter((one) => isShown(one, { severity, file, search: search.trim().toLowerCase(), subject })),
        order,
      ),
    [items, order?.join(), severity, file, search, subject],
  )
  if (items.length === 0) return null
  const save = () => saveAs(new Blob([csvOf(items, t)], { type: 'text/csv' }), `${name}.csv`)
  const option = (value: Severity, text: string) =>
    html`<label><input type="radio" name="severity" value=${value} checked=${severity === value} onChange=${() => setSeverity(value)} />${text}</label>`
  return html`<section aria-labelledby="findings">
    <h2 id="findings" tabindex="-1">${t('findings.title')}</h2>
    <form class="filters" onSubmit=${(event: Event) => event.preventDefault()}>
      ${
        errors > 0 &&
        warnings > 0 &&
        html`<fieldset class="choice">
        <legend>${t('findings.show')}</legend>
        ${option('all', `${t('findings.all')} (${format.number(errors + warnings)})`)}
        ${option('error', `${t('findings.errors')} (${format.number(errors)})`)}
        ${option('warning', `${t('findings.warnings')} (${format.number(warnings)})`)}
      </fieldset>`
      }
      ${
        files.length > 1 &&
        html`<label>${t('findings.file')}
          <select value=${file} onChange=${(event: { currentTarget: HTMLSelectElement }) => setFile(event.currentTarget.value)}>
            <option value="">${t('findings.allFiles')}</option>
            ${files.map((one) => html`<option key=${one} value=${one}>${nameOf(one)}</option>`)}
          </select></label>`
      }
      ${
        items.length > fewItems &&
        html`<label>${t('findings.search')}
        <input type="search" value=${search} onInput=${(event: { currentTarget: HTMLInputElement }) => setSearch(event.currentTarget.value)} /></label>`
      }
      <button type="button" class="quiet" onClick=${save}>${t('findings.csv')}</button>
    </form>
    ${findings.next !== undefined && html`<p class="note waiting">${t('findings.truncated', { n: format.number(items.length) })}</p>`}
    ${
      subject !== undefined &&
      html`<p class="note">${t('findings.only', { id: subject })} <button type="button" class="quiet" onClick=${() => onSubject?.(undefined)}>${t('findings.showAll')}</button></p>`
    }
    ${causes.length === 0 && html`<p class="faint">${t('findings.none')}</p>`}
    ${causes.map((cause) => html`<${CauseView} key=${cause.key} cause=${cause} nameOf=${nameOf} onShow=${onShow} />`)}
  </section>`
}

interface Filter {
  readonly severity: Severity
  readonly file: string
  readonly search: string
  readonly subject: string | undefined
}

function isShown(one: Finding, { severity, file, search, subject }: Filter): boolean {
  if (subject !== undefined && one.subject?.key !== subject) return false
  if (severity !== 'all' && one.severity !== severity) return false
  if (file !== '' && one.file !== file) return false
  return (
    search === '' ||
    [one.message, one.hint, one.file, one.column, one.value, one.subject?.key, one.code].some((text) =>
      text?.toLowerCase().includes(search),
    )
  )
}
