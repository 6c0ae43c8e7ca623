import { allowArtifact } from '../access/allow-artifact.js'
import { isPieceworkError } from '../contracts/errors.js'
import type { Upload, UploadSource } from '../contracts/upload.js'
import { deleteFile, receiveUpload } from '../requests/uploads.js'
import { ownerOf } from '../retention/expiry.js'
import { type DraftContext, draftToChange } from './draft-context.js'

/** Stores the file, then puts it into the draft in place of the one of the same role. */
export async function putUpload(context: DraftContext, role: string, source: UploadSource): Promise<Upload> {
  const { deps, id, principal } = context
  const { artifacts, inputs, store, environment } = deps
  const { input } = await draftToChange(context)
  if ('artifact' in source) await allowArtifact(deps, principal, source.artifact)
  const upload = await receiveUpload(artifacts, inputs.format(input.format), {
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
