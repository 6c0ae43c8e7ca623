import type { VNode } from 'preact'
import type { Chosen } from './chosen-files.js'
import { FileButton } from './drop-zone.js'
import { useEnv } from './env.js'
import { FileFindings } from './file-findings.js'
import { html } from './html.js'
import type { DataFile, Draft, Finding, Sorted } from './model.js'
import type { Outgoing } from './upload-queue.js'

interface DraftFilesProps {
  readonly draft: Draft
  readonly sorted: Sorted | undefined
  /** Of the latest check, or of the sort before there is one. */
  readonly findings: readonly Finding[]
  /** The check is of these files. */
  readonly isChecked: boolean
  readonly outgoing: readonly Outgoing[]
  readonly isClosed: boolean
  readonly onReplace: (files: readonly Chosen[]) => void
  readonly onRemove: (file: DataFile) => void
}

interface Row {
  readonly path: string
  readonly roles: readonly string[]
  /** Absent: it is inside of a zip. */
  readonly file?: DataFile
}

/** The files of an import that is being prepared: what each is used as, and how far it is. */
export function DraftFiles({
  draft,
  sorted,
  findings,
  isChecked,
  outgoing,
  isClosed,
  onReplace,
  onRemove,
}: DraftFilesProps): VNode | null {
  const { t, format } = useEnv()
  const rows = rowsOf(draft, sorted)
  const foundIn = ({ path, roles }: Row) =>
    findings.filter(({ file = '' }) => [path, ...roles].includes(file))
  const isWrong = (row: Row) => foundIn(row).some(({ severity }) => severity === 'error')
  // What has to be replaced comes first, what is of no use last.
  const placeOf = (row: Row) => (isWrong(row) ? 0 : row.roles.length > 0 ? 1 : 2)
  if (rows.length === 0 && outgoing.length === 0) return null
  const role = (name: string) => t.find(`role.${name}`) ?? name.replace(/-/g, ' ')
  const replace =
    (row: Row) =>
    ([one]: readonly Chosen[]) =>
      one && onReplace([{ file: one.file, path: row.path, ...givenRole(row.file) }])
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${t('draft.files')}><table class="stacked">
    <thead><tr>
      <th scope="col">${t('findings.file')}</th><th scope="col">${t('draft.role')}</th>
      <th scope="col" class="number">${t('draft.size')}</th><th scope="col"><span class="sr">${t('act.title')}</span></th>
    </tr></thead>
    <tbody>
      ${outgoing.map(
        ({ path, file, sent, problem }) => html`<tr key=${`to ${path}`}>
          <th scope="row"><bdi>${path}</bdi></th>
          <td>${problem ? html`<span class="tag bad">${t('state.failed')}</span>` : html`<progress max=${file.size} value=${sent} aria-label=${t('import.sending', { name: path })}></progress>`}</td>
          <td class="number">${format.size(file.size)}</td><td></td>
        </tr>`,
      )}
      ${[...rows]
        .sort((a, b) => placeOf(a) - placeOf(b) || a.path.localeCompare(b.path))
        .filter(({ path }) => !outgoing.some((one) => one.path === path))
        .map(
          (row) => html`<tr key=${row.path}>
            <th scope="row"><bdi>${row.path}</bdi><${FileFindings} items=${foundIn(row)} isChecked=${isChecked && row.roles.length > 0} /></th>
            <td data-label=${t('draft.role')}>${row.roles.length > 0 ? row.roles.map(role).join(', ') : html`<span class="faint">${t(sorted ? 'draft.unused' : 'role.unsorted')}</span>`}</td>
            <td class="number" data-label=${row.file && t('draft.size')}>${row.file && format.size(row.file.size)}</td>
            <td class="end">${
              row.file &&
              !isClosed &&
              html`<${FileButton} label=${t('draft.replace')} name=${t('draft.replaceWhat', { name: row.path })} isQuiet=${true} onFiles=${replace(row)} />
              <button type="button" class="quiet" aria-label=${t('draft.removeWhat', { name: row.path })} onClick=${() => row.file && onRemove(row.file)}>${t('draft.remove')}</button>`
            }</td>
          </tr>`,
        )}
    </tbody>
  </table></div>`
}

/** Of a file that came with one. */
const givenRole = (file: DataFile | undefined) =>
  file && file.role !== 'unsorted' ? { role: file.role } : {}

/** As people have them: what the sort has made of them is not shown twice. */
function rowsOf({ files }: Draft, sorted: Sorted | undefined): readonly Row[] {
  const unsorted = files.filter(({ role }) => role === 'unsorted')
  const given = unsorted.length > 0 ? unsorted : files
  const roles = new Map<string, string[]>()
  for (const { role, path } of sorted?.files ?? []) roles.set(path, [...(roles.get(path) ?? []), role])
  // A shapefile is several files, of which the sort names one.
  const shapes = new Map(
    [...roles].filter(([path]) => /\.shp$/i.test(path)).map(([path, names]) => [stem(path), names]),
  )
  const rolesOf = (path: string) =>
    roles.get(path) ?? (isOfShapefile.test(path) ? shapes.get(stem(path)) : undefined) ?? []
  const own = given.map((file) => ({
    path: file.fileName,
    file,
    roles: file.role === 'unsorted' ? rolesOf(file.fileName) : [file.role],
  }))
  const inside = [...roles].filter(([path]) => !own.some((row) => row.path === path))
  return [...own, ...inside.map(([path, names]) => ({ path, roles: names }))]
}

const isOfShapefile = /\.(shx|dbf|prj|cpg|sbn|sbx|qix|shp\.xml)$/i

/** Without what comes behind the first dot of its name. */
function stem(path: string): string {
  return path.replace(/\.[^/]*$/, '').toLowerCase()
}
