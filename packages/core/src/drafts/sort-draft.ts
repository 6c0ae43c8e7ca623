import { join } from 'node:path'
import { PieceworkError } from '../contracts/errors.js'
import type { Finding, NewFinding } from '../contracts/finding.js'
import type { Upload } from '../contracts/upload.js'
import { defaultLimits } from '../defaults.js'
import { missingRoles } from '../requests/uploads.js'
import { joinedArtifacts } from '../uploads/joined-artifacts.js'
import type { SortedDraft } from './draft.js'
import { type DraftContext, draftToChange, rolesOf, storedDraft } from './draft-context.js'
import { type FolderOptions, withFolder, writeFile, writeFolder } from './draft-folder.js'
import { putUpload, removeUpload } from './draft-uploads.js'
import { isUnsorted } from './unsorted.js'

/** Gives unsorted files their roles if nothing is missing then. */
export async function sortDraft(context: DraftContext, given?: AbortSignal): Promise<SortedDraft> {
  const { deps } = context
  const signal = given ?? new AbortController().signal
  const { input } = await draftToChange(context)
  const format = deps.inputs.format(input.format)
  const files = input.uploads.filter(isUnsorted)
  if (files.length === 0 || !format.unsorted)
    return { files: [], missing: missingRoles(format, rolesOf(input)), findings: [] }
  const { sort, maxFiles } = format.unsorted
  const options: FolderOptions = {
    artifacts: joinedArtifacts(deps.artifacts, input.uploads),
    limits: { ...defaultLimits, ...deps.limits },
    maxFiles,
    signal,
  }
  return withFolder(async (folder) => {
    const known = await writeKnown(join(folder, 'known'), input.uploads, options)
    const inside = await writeFolder(join(folder, 'files'), files, options)
    const sorted = await sort(inside, { given: known, signal })
    if (sorted.missing.length === 0) {
      for (const [role, source] of Object.entries(sorted.uploads)) await putUpload(context, role, source)
      for (const { id } of files) await removeUpload(context, id)
    }
    const findings = sorted.findings.map((finding) => named(finding, format.name))
    return { files: sorted.files, missing: sorted.missing, findings }
  })
}

/** The same for what needs all files. Throws `input-incomplete` with what is missing, and where to look. */
export async function sortedDraft(context: DraftContext): Promise<void> {
  const { input } = await storedDraft(context)
  if (!input.uploads.some(isUnsorted)) return
  const { missing, findings } = await sortDraft(context)
  if (missing.length === 0) return
  throw new PieceworkError('input-incomplete', `These files are missing: ${missing.join(', ')}.`, {
    facts: { missing },
    findings,
  })
}

/** Files that came with their roles, by these. */
async function writeKnown(
  folder: string,
  uploads: readonly Upload[],
  { artifacts, signal }: FolderOptions,
): Promise<Readonly<Record<string, string>>> {
  const known: Record<string, string> = {}
  for (const [at, upload] of uploads.filter((one) => !isUnsorted(one)).entries()) {
    const ending = /\.[a-z0-9]{1,10}$/i.exec(upload.fileName)?.[0] ?? ''
    known[upload.role] = await writeFile(folder, `${at}${ending}`, artifacts.open(upload.artifact), signal)
  }
  return known
}

const named = ({ count, ...finding }: NewFinding, piece: string): Finding => ({
  ...finding,
  piece,
  ...(count !== undefined && { count }),
})
