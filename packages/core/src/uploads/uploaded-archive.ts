import { PieceworkError } from '../contracts/errors.js'
import type { Principal } from '../contracts/principal.js'
import type { Upload } from '../contracts/upload.js'
import type { RequestDeps } from '../requests/request-deps.js'
import { ownUpload } from './own-upload.js'
import { fileOf } from './receive-parts.js'
import { uploadFinished } from './upload-errors.js'

export interface UploadedArchive {
  /** Id of the import that it was uploaded for. */
  readonly job: string
  readonly file: Upload
}

/**
 * An archive that came in parts. Throws `upload-not-found`, `input-incomplete` if some are missing, and `uploads-closed` if
 * it was imported.
 */
export async function uploadedArchive(
  deps: Pick<RequestDeps, 'store' | 'allow'>,
  id: string,
  principal: Principal | undefined,
): Promise<UploadedArchive> {
  const upload = await ownUpload(deps, id, principal)
  const { size, offset, role, job, finishedAt } = upload
  if (role !== undefined)
    throw new PieceworkError('options-invalid', `Upload ${id} is a file of a draft, not an archive.`)
  if (finishedAt) throw uploadFinished(upload)
  if (offset < size)
    throw new PieceworkError('input-incomplete', `Of upload ${id} ${offset} of ${size} bytes have come.`, {
      facts: { upload: id, offset, size },
    })
  return { job, file: fileOf(upload, await deps.store.uploads.parts(id)) }
}
