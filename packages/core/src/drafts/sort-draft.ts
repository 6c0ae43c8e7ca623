import { join } from 'node:path'
import { isPieceworkError, PieceworkError } from '../contracts/errors.js'
import type { Finding, NewFinding } from '../contracts/finding.js'
import type { Format } from '../contracts/format.js'
import type { Upload } from '../contracts/upload.js'
import { defaultLimits } from '../defaults.js'
import { missingRoles } from '../requests/uploads.js'
import { joinedArtifacts } from '../uploads/joined-artifacts.js'
import type { SortedDraft } from './draft.js'
import { type DraftContext, draftToChange, storedDraft } from './draft-context.js'
import { type FolderOptions, withFolder, withoutFolder, writeFile, writeFolder } from './draft-folder.js'
import { isSorted, isToSort, sourcesOf } from './draft-state.js'
import { putSorted } from './draft-uploads.js'
import { isUnsorted } from './unsorted.js'

/** Makes files of their roles of those that are unsorted, if nothing is missing then. */
export async function sortDraft(context: DraftContext, given?: AbortSignal): Promise<SortedDraft> {
  const { deps } = context
  const signal = given ?? new AbortController().signal
  const { input } = await draftToChange(context)
  const format = deps.inputs.format(input.format)
  if (!format.unsorted || !isToSort(input)) return nothing(format, input.uploads)
  const of = sourcesOf(input.uploads)
  const files = input.uploads.filter(isUnsorted)
  const known = input.uploads.filter((upload) => !isUnsorted(upload) && !upload.sorted)
  if (files.length === 0) {
    await putSorted(context, { of, findings: [] }, {})
    return nothing(format, known)
  }
  const { sort, maxFiles } = format.unsorted
  const options: FolderOptions = {
    artifacts: joinedArtifacts(deps.artifacts, input.uploads),
    limits: { ...defaultLimits, ...deps.limits },
    maxFiles,
    signal,
  }
  return withFolder(async (folder) => {
    const paths = await writeKnown(join(folder, 'known'), known, options)
    const inside = await writeFolder(join(folder, 'files'), files, options)
    const sorted = await sort(inside, { given: paths, signal }).catch((error: unknown) => {
      throw isPieceworkError(error) ? pathless(error, inside) : error
    })
    const findings = withoutFolder(sorted.findings, inside).map((finding) => named(finding, format.name))
    const found = Object.entries(sorted.uploads).filter(([role]) => !Object.hasOwn(paths, role))
    if (sorted.missing.length === 0)
      await putSorted(context, { of, findings }, Object.fromEntries(found), signal)
    return { files: sorted.files, missing: sorted.missing, findings }
  })
}

/** The same for what needs all files, unless it was done. Throws `input-incomplete` with what is missing, and where to look. */
export async function sortedDraft(context: DraftContext): Promise<void> {
  const { input } = await storedDraft(context)
  if (!isToSort(input) || isSorted(input)) return
  const { missing, findings } = await sortDraft(context)
  if (missing.length === 0) return
  throw new PieceworkError('input-incomplete', `These files are missing: ${missing.join(', ')}.`, {
    facts: { missing },
    findings,
  })
}

function nothing(format: Format, uploads: readonly Upload[]): SortedDraft {
  const roles = uploads.map(({ role }) => role)
  return { files: [], missing: missingRoles(format, roles), findings: [] }
}

/** Files that came with their roles, by these. */
async function writeKnown(
  folder: string,
  uploads: readonly Upload[],
  { artifacts, signal }: FolderOptions,
): Promise<Readonly<Record<string, string>>> {
  const known: Record<string, string> = {}
  for (const [at, upload] of uploads.entries()) {
    const ending = /\.[a-z0-9]{1,10}$/i.exec(upload.fileName)?.[0] ?? ''
    known[upload.role] = await writeFile(folder, `${at}${ending}`, artifacts.open(upload.artifact), signal)
  }
  return known
}

function pathless(error: PieceworkError, folder: string): PieceworkError {
  const { code, retryable } = error
  const { message, facts, findings } = withoutFolder(
    { message: error.message, facts: error.facts, findings: error.findings },
    folder,
  )
  return new PieceworkError(code, message, { retryable, facts, findings, cause: error })
}

const named = ({ count, ...finding }: NewFinding, piece: string): Finding => ({
  ...finding,
  piece,
  ...(count !== undefined && { count }),
})
