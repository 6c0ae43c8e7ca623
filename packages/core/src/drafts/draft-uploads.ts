import { allowArtifact } from '../access/allow-artifact.js'
import { isPieceworkError } from '../contracts/errors.js'
import type { Format, SortedFiles } from '../contracts/format.js'
import type { Sorting } from '../contracts/job-request.js'
import type { Upload, UploadSource } from '../contracts/upload.js'
import { deleteFile, fileNameOf, receiveUpload } from '../requests/uploads.js'
import { ownerOf } from '../retention/expiry.js'
import { type DraftContext, draftToChange } from './draft-context.js'
import { assertUnsortedRoom, unsorted, unsortedRole } from './unsorted.js'

/** Stores the file, then puts it into the draft in place of the one of the same role. */
export async function putUpload(context: DraftContext, role: string, source: UploadSource): Promise<Upload> {
  const { deps, id, principal } = context
  const { artifacts, inputs, store, environment } = deps
  const { input } = await draftToChange(context)
  if ('artifact' in source) await allowArtifact(deps, principal, source.artifact)
  const format = inputs.format(input.format)
  if (role === unsorted) assertUnsortedRoom(format, input.uploads, unsortedRole(fileNameOf(source)))
  const upload = await receiveUpload(artifacts, format, {
    job: id,
    id: environment.uuid(),
    role,
    source: ownSource(context, source),
  })
  const replaced = await store.drafts.put(id, upload).catch(async (error: unknown) => {
    // A put whose answer was lost may be recorded: then the bytes are the draft's, and go with it.
    if (isPieceworkError(error) && !error.retryable) await deleteFile(artifacts, id, upload)
    throw error
  })
  if (replaced) await deleteFile(artifacts, id, replaced)
  return upload
}

export interface NewSorted {
  readonly format: Format
  readonly sorting: Sorting
  /** By role. */
  readonly sources: SortedFiles['uploads']
  readonly signal: AbortSignal
}

/** Stores what a sort has made, then puts all of it into the draft in place of what the last one has made. */
export async function putSorted(
  { deps: { artifacts, store, environment }, id }: DraftContext,
  { format, sorting, sources, signal }: NewSorted,
): Promise<void> {
  const made: Upload[] = []
  const discard = (uploads: readonly Upload[]) =>
    Promise.all(uploads.map((upload) => deleteFile(artifacts, id, upload)))
  try {
    for (const [role, source] of Object.entries(sources)) {
      signal.throwIfAborted()
      const file = { job: id, id: environment.uuid(), role, source }
      made.push({ ...(await receiveUpload(artifacts, format, file)), sorted: true })
    }
  } catch (error) {
    await discard(made)
    throw error
  }
  const left = await store.drafts.sort(id, sorting, made).catch(async (error: unknown) => {
    if (isPieceworkError(error) && (!error.retryable || error.code === 'resource-busy')) await discard(made)
    throw error
  })
  await discard(left)
}

/** False if there is no such upload. */
export async function removeUpload(context: DraftContext, upload: string): Promise<boolean> {
  await draftToChange(context)
  const removed = await context.deps.store.drafts.remove(context.id, upload)
  if (removed) await deleteFile(context.deps.artifacts, context.id, removed)
  return removed !== undefined
}

/** What another job keeps may be deleted with it: of that, a copy. */
function ownSource({ deps }: DraftContext, source: UploadSource): UploadSource {
  if (!('artifact' in source) || ownerOf(source.artifact) === undefined) return source
  const { artifact, ...rest } = source
  return { ...rest, stream: deps.artifacts.open(artifact) }
}
