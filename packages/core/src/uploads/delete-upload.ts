import type { PartialUpload } from '../contracts/uploads.js'
import { uploadArtifact } from './receive-parts.js'
import type { UploadDeps } from './upload-deps.js'
import { uploadFinished } from './upload-errors.js'

/** Removes an upload; of a draft, also the file that it has become. What was imported is the job's. */
export async function deleteUpload(deps: UploadDeps, upload: PartialUpload): Promise<void> {
  const { store, artifacts } = deps
  if (!upload.finishedAt) {
    // First: what has lost some of its bytes can be neither imported nor gone on with.
    await store.uploads.discard(upload.id)
    return artifacts.delete(uploadArtifact(upload))
  }
  if (upload.role === undefined) throw uploadFinished(upload)
  await store.drafts.remove(upload.job, upload.id)
  await artifacts.delete(uploadArtifact(upload))
  await store.uploads.remove(upload.id)
}
