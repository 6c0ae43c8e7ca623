import { PieceworkError } from '../contracts/errors.js'
import type { PartialUpload, UploadQuota } from '../contracts/uploads.js'

export function uploadNotFound(id: string): PieceworkError {
  return new PieceworkError('upload-not-found', `There is no upload ${id}.`)
}

export function uploadExpired({ id, expiresAt }: Pick<PartialUpload, 'id' | 'expiresAt'>): PieceworkError {
  return new PieceworkError(
    'expired',
    `Upload ${id} waited until ${expiresAt.toISOString()}; upload the file again.`,
    { facts: { upload: id, expiresAt: expiresAt.toISOString() } },
  )
}

/** What it became is the job's: another file is another upload. */
export function uploadFinished({ id, job }: Pick<PartialUpload, 'id' | 'job'>): PieceworkError {
  return new PieceworkError('uploads-closed', `Upload ${id} is complete and belongs to job ${job}.`, {
    facts: { upload: id, job },
  })
}

/** `unfinished`: what there is. */
export function tooManyUploads(
  principal: string,
  unfinished: UploadQuota,
  quota: UploadQuota,
): PieceworkError {
  return new PieceworkError(
    'too-many-uploads',
    `${principal} has ${unfinished.uploads} unfinished uploads of ${unfinished.bytes} bytes together; at most ${quota.uploads} of ${quota.bytes} bytes are allowed.`,
    { facts: { principal, unfinished, quota }, retryable: true },
  )
}
