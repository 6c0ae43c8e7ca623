import { join } from 'node:path'
import { isPieceworkError, PieceworkError } from '../contracts/errors.js'
import type { Finding, NewFinding } from '../contracts/finding.js'
import type { Format } from '../contracts/format.js'
import type { Upload } from '../contracts/upload.js'
import { defaultLimits } from '../defaults.js'
import { missingRoles } from '../requests/uploads.js'
import { storableFinding } from '../tasks/attempt-findings.js'
import { withTemporaryFolder } from '../temporary/temporary-folder.js'
import { joinedArtifacts } from '../uploads/joined-artifacts.js'
import type { SortedDraft } from './draft.js'
import { type DraftContext, draftToChange, storedDraft } from './draft-context.js'
import { type FolderOptions, withoutFolder, writeFile, writeFolder } from './draft-folder.js'
import { isSorted, isToSort, openInput, sourcesOf, uploadsChanged } from './draft-state.js'
import { putSorted } from './draft-uploads.js'
import { isUnsorted } from './unsorted.js'

/** Makes files of their roles of those that are unsorted. */
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
    await putSorted(context, { format, sorting: { of, findings: [] }, sources: {}, signal })
    return nothing(format, known)
  }
  const { sort, maxFiles } = format.unsorted
  const options: FolderOptions = {
    artifacts: joinedArtifacts(deps.artifacts, input.uploads),
    limits: { ...defaultLimits, ...deps.limits },
    maxFiles,
    signal,
  }
  const { environment } = deps
  const sorting = withTemporaryFolder({ purpose: 'sort', signal, environment }, async (folder) => {
    const paths = await writeKnown(join(folder, 'known'), known, options)
    const inside = await writeFolder(join(folder, 'files'), files, options)
    const sorted = await sort(inside, { given: paths, signal }).catch((error: unknown) => {
      throw isPieceworkError(error) ? pathless(error, (said) => withoutFolder(said, inside, paths)) : error
    })
    const findings = withoutFolder(sorted.findings, inside, paths).map((one) => named(one, format.name))
    const found = Object.entries(sorted.uploads).filter(([role]) => !Object.hasOwn(paths, role))
    signal.throwIfAborted()
    const sources = Object.fromEntries(found)
    await putSorted(context, { format, sorting: { of, findings }, sources, signal })
    return { files: sorted.files, missing: sorted.missing, findings }
  })
  return sorting.catch(async (error: unknown) => {
    if (isPieceworkError(error, 'artifact-not-found')) await assertSame(context, of)
    throw error
  })
}

/** Files that went while they were read. Throws `uploads-closed`, `resource-busy`. */
async function assertSame(context: DraftContext, of: string): Promise<void> {
  const { job } = await storedDraft(context)
  if (sourcesOf(openInput(job).uploads) !== of) throw uploadsChanged('they were sorted')
}

/** The same, unless it was done. */
export async function sortedDraft(context: DraftContext, signal?: AbortSignal): Promise<void> {
  const { input } = await storedDraft(context)
  if (isToSort(input) && !isSorted(input)) await sortDraft(context, signal)
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

function pathless(error: PieceworkError, shown: <T>(said: T) => T): PieceworkError {
  const { code, retryable } = error
  const said = { message: error.message, facts: error.facts, findings: error.findings }
  const { message, facts, findings } = shown(said)
  return new PieceworkError(code, message, { retryable, facts, findings, cause: error })
}

const named = (finding: NewFinding, piece: string): Finding => {
  const { count, ...rest } = storableFinding(finding)
  return { ...rest, piece, ...(count !== undefined && { count }) }
}
