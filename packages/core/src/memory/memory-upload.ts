import type { UploadPart } from '../contracts/upload.js'
import type { PartialUpload } from '../contracts/uploads.js'
import { uploadExpired, uploadFinished, uploadNotFound } from '../uploads/upload-errors.js'

export interface MemoryUpload {
  upload: PartialUpload
  fence: number
  readonly parts: UploadPart[]
}

/** Throws `upload-not-found`. */
export function uploadOf(uploads: ReadonlyMap<string, MemoryUpload>, id: string): MemoryUpload {
  const found = uploads.get(id)
  if (found) return found
  throw uploadNotFound(id)
}

/** Throws `upload-not-found`, `expired`, and `uploads-closed` if it is a file of its job already. */
export function openUpload(uploads: ReadonlyMap<string, MemoryUpload>, id: string, at: Date): MemoryUpload {
  const found = uploadOf(uploads, id)
  if (found.upload.finishedAt) throw uploadFinished(found.upload)
  if (found.upload.expiresAt <= at) throw uploadExpired(found.upload)
  return found
}
