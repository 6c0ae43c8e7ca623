import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
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
  /** Of the latest check. */
  readonly findings: readonly Finding[]
  /** The check is of these files. */
  readonly isChecked: boolean
  readonly outgoing: readonly Outgoing[]
  readonly isClosed: boolean
  readonly onReplace: (files: readonly Chosen[]) => void
  readonly onRemove: (files: readonly DataFile[]) => void
}

/** So many files are read at a glance. */
const fewFiles = 12

interface Row {
  readonly path: string
  readonly roles: readonly string[]
  /** None: it is inside of a zip. Several: all that are in a folder. */
  readonly files: readonly DataFile[]
  /** What is found of a shapefile is found of all of its parts: it stands beside one. */
  readonly isPart?: true
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
  const [isOpen, setOpen] = useState(false)
  const rows = rowsOf(draft, sorted)
  const foundIn = ({ path, roles, isPart }: Row) =>
    isPart ? [] : findings.filter(({ file = '' }) => [path, ...roles].includes(file))
  const isWrong = (row: Row) => foundIn(row).some(({ severity }) => severity === 'error')
  // What has to be replaced comes first, what is of no use last.
  const placeOf = (row: Row) => (isWrong(row) ? 0 : row.roles.length > 0 ? 1 : 2)
  if (rows.length === 0 && outgoing.length === 0) return null
  const role = (name: string) => t.find(`role.${name}`) ?? name.replace(/-/g, ' ')
  const replace =
    (row: Row) =>
    ([one]: readonly Chosen[]) =>
      one && onReplace([{ file: one.file, path: row.path, ...givenRole(row.files[0]) }])
  const all = [
    ...outgoing.map(
      ({ path, file, sent, problem }) => html`<tr key=${`to ${path}`}>
        <th scope="row"><bdi>${path}</bdi></th>
        <td>${problem ? html`<span class="tag bad">${t('state.failed')}</span>` : html`<progress max=${file.size} value=${sent} aria-label=${t('import.sending', { name: path })}></progress>`}</td>
        <td class="number">${format.size(file.size)}</td><td></td>
      </tr>`,
    ),
    ...[...rows]
      .sort((a, b) => placeOf(a) - placeOf(b) || a.path.localeCompare(b.path))
      .filter(({ path }) => !outgoing.some((one) => one.path === path))
      .map(
        (row) => html`<tr key=${row.path}>
          <th scope="row"><bdi>${row.path}</bdi><${FileFindings} items=${foundIn(row)} isChecked=${isChecked && row.roles.length > 0 && !row.isPart} /></th>
          <td data-label=${t('draft.role')}>${row.roles.length > 0 ? row.roles.map(role).join(', ') : html`<span class="faint">${t(sorted ? 'draft.unused' : 'role.unsorted')}</span>`}
            ${row.files.length > 1 && html` <span class="faint">(${t('draft.count', { count: row.files.length })})</span>`}</td>
          <td class="number" data-label=${row.files.length > 0 && t('draft.size')}>${row.files.length > 0 && format.size(row.files.reduce((sum, { size }) => sum + size, 0))}</td>
          <td class="end">${
            row.files.length > 0 &&
            !isClosed &&
            html`${row.files.length === 1 && html`<${FileButton} label=${t('draft.replace')} name=${t('draft.replaceWhat', { name: row.path })} isQuiet=${true} onFiles=${replace(row)} />`}
            <button type="button" class="quiet" aria-label=${t('draft.removeWhat', { name: row.path })} onClick=${() => onRemove(row.files)}>${t('draft.remove')}</button>`
          }</td>
        </tr>`,
      ),
  ]
  const shown = isOpen || all.length <= fewFiles + 3 ? all : all.slice(0, fewFiles)
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${t('draft.files')}><table class="stacked">
    <thead><tr>
      <th scope="col">${t('findings.file')}</th><th scope="col">${t('draft.role')}</th>
      <th scope="col" class="number">${t('draft.size')}</th><th scope="col"><span class="sr">${t('act.title')}</span></th>
    </tr></thead>
    <tbody>${shown}</tbody>
  </table></div>
  ${shown.length < all.length && html`<p><button type="button" class="quiet" onClick=${() => setOpen(true)}>${t('draft.more', { count: all.length - shown.length })}</button></p>`}`
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
  const own = given.map((file): Row => {
    const { fileName: path, role } = file
    if (role !== 'unsorted') return { path, files: [file], roles: [role] }
    const isPart = !roles.has(path) && rolesOf(path).length > 0
    return { path, files: [file], roles: rolesOf(path), ...(isPart && { isPart }) }
  })
  // What is used as a whole is one: the folder of results.
  const others = [...roles].filter(([path]) => !own.some((row) => row.path === path))
  const isBelow = (row: Row, [path]: (typeof others)[number]) => row.path.startsWith(`${path}/`)
  const groups = others.map(
    (one): Row => ({
      path: one[0],
      roles: one[1],
      files: own.filter((row) => row.roles.length === 0 && isBelow(row, one)).flatMap((row) => row.files),
    }),
  )
  const grouped = new Set(groups.flatMap((row) => row.files))
  return [...own.filter((row) => !row.files.some((file) => grouped.has(file))), ...groups]
}

const isOfShapefile = /\.(shx|dbf|prj|cpg|sbn|sbx|qix|shp\.xml)$/i

/** Without what comes behind the first dot of its name. */
function stem(path: string): string {
  return path.replace(/\.[^/]*$/, '').toLowerCase()
}
