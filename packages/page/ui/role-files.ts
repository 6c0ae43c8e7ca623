import type { VNode } from 'preact'
import type { Chosen } from './chosen-files.js'
import { DropZone, FileButton } from './drop-zone.js'
import { useEnv } from './env.js'
import { FileFindings } from './file-findings.js'
import { html } from './html.js'
import type { DataFile, Draft, Finding } from './model.js'
import type { Outgoing } from './upload-queue.js'

interface RoleFilesProps {
  readonly draft: Draft
  /** Of the latest check. */
  readonly findings: readonly Finding[]
  /** The check is of these files. */
  readonly isChecked: boolean
  readonly outgoing: readonly Outgoing[]
  readonly onFiles: (files: readonly Chosen[]) => void
  readonly onRemove: (files: readonly DataFile[]) => void
}

/** The files of an import whose format does not sort: one for each role. A single one can be dropped. */
export function RoleFiles({
  draft,
  findings,
  isChecked,
  outgoing,
  onFiles,
  onRemove,
}: RoleFilesProps): VNode {
  const { t, format } = useEnv()
  const take = (role: string, [one]: readonly Chosen[]) =>
    one && onFiles([{ file: one.file, path: one.file.name, role }])
  const [only, ...others] = draft.roles
  // Of one file that holds all, findings name what is inside of it.
  const foundIn = ({ role, fileName }: DataFile) =>
    others.length === 0 ? findings : findings.filter(({ file = '' }) => file === role || file === fileName)
  const rows = draft.roles.map(({ name, required }) => {
    const file = draft.files.find(({ role }) => role === name)
    const going = outgoing.find(({ role }) => role === name)
    const role = t.find(`role.${name}`) ?? name.replace(/-/g, ' ')
    const label = t(file ? 'draft.replace' : 'import.choose')
    return html`<tr key=${name}>
      <th scope="row">${role}</th>
      <td data-label=${t('findings.file')}>${
        going
          ? going.problem
            ? html`<span class="tag bad">${t('state.failed')}</span>`
            : html`<progress max=${going.file.size} value=${going.sent} aria-label=${t('import.sending', { name: going.path })}></progress>`
          : file
            ? html`<bdi>${file.fileName}</bdi><${FileFindings} items=${foundIn(file)} isChecked=${isChecked} />`
            : html`<span class="faint">${t(required ? 'draft.needed' : 'draft.optional')}</span>`
      }</td>
      <td class="number" data-label=${(going ?? file) && t('draft.size')}>${going ? format.size(going.file.size) : file && format.size(file.size)}</td>
      <td class="end">
        <${FileButton} label=${label} name=${`${label}: ${role}`} isQuiet=${file !== undefined} onFiles=${(files: readonly Chosen[]) => take(name, files)} />
        ${file && html`<button type="button" class="quiet" aria-label=${t('draft.removeWhat', { name: file.fileName })} onClick=${() => onRemove([file])}>${t('draft.remove')}</button>`}
      </td>
    </tr>`
  })
  const table = html`<div class="scroll" tabindex="0" role="group" aria-label=${t('draft.files')}><table class="stacked">
    <thead><tr>
      <th scope="col">${t('draft.role')}</th><th scope="col">${t('findings.file')}</th>
      <th scope="col" class="number">${t('draft.size')}</th><th scope="col"><span class="sr">${t('act.title')}</span></th>
    </tr></thead>
    <tbody>${rows}</tbody>
  </table></div>`
  if (!only || others.length > 0) return table
  return html`<${DropZone} onFiles=${(files: readonly Chosen[]) => take(only.name, files)}>
    <p class="faint">${t('draft.dropOne')}</p>${table}
  <//>`
}
