import { isPieceworkError, PieceworkError } from '../contracts/errors.js'
import type { Upload } from '../contracts/upload.js'
import type { PartialUpload, UploadLease } from '../contracts/uploads.js'
import { uploadDefaults } from '../defaults.js'
import { deleteFile, uploadsPrefix } from '../requests/uploads.js'
import { partKey } from './joined-artifacts.js'
import { PartReader } from './part-reader.js'
import type { UploadDeps } from './upload-deps.js'
import { uploadFinished } from './upload-errors.js'

/** Where its parts lie. */
export const uploadArtifact = ({ job, id }: Pick<PartialUpload, 'job' | 'id'>): string =>
  `${uploadsPrefix(job)}/${id}`

/**
 * Stores what comes in parts, each with its row, until the source ends or the upload is complete. Resolves to what it is
 * then.
 */
export async function receiveParts(
  deps: UploadDeps,
  before: PartialUpload,
  { bytes, offset }: { readonly bytes: AsyncIterable<Uint8Array>; readonly offset: number },
): Promise<PartialUpload> {
  if (before.finishedAt || (before.size > 0 && before.offset === before.size)) throw uploadFinished(before)
  assertOffset(before, offset)
  const lease = await deps.store.uploads.acquire(before.id)
  assertOffset(lease.upload, offset)
  const reader = new PartReader(bytes)
  let upload = lease.upload
  try {
    do {
      const left = Math.min(uploadDefaults.partBytes, upload.size - upload.offset)
      if (left > 0 && !(await reader.hasMore())) break
      upload = await receivePart(deps, { ...lease, upload }, { reader, most: left })
    } while (upload.offset < upload.size)
  } finally {
    await reader.close()
  }
  if (reader.error !== undefined) throw reader.error
  return upload
}

async function receivePart(
  { artifacts, store, uploads }: UploadDeps,
  { upload, fence }: UploadLease,
  { reader, most }: { readonly reader: PartReader; readonly most: number },
): Promise<PartialUpload> {
  const { id } = upload
  const key = partKey(uploadArtifact(upload), upload.offset, { fence })
  const size = await artifacts.put(key, reader.part(most))
  try {
    if (upload.parts >= uploadDefaults.parts) throw tooManyParts(upload)
    const isLast = upload.offset + size === upload.size
    // Before it takes the place of another file.
    if (isLast && (await reader.hasMore())) throw tooLong(upload)
    const file =
      isLast &&
      upload.role !== undefined &&
      fileOf(upload, [...(await store.uploads.parts(id)), { size, fence }])
    const added = await store.uploads.add(
      { id, fence },
      { size, ttlMs: uploads.ttlMs, ...(file && { file }) },
    )
    if (added.replaced) await deleteFile(artifacts, upload.job, added.replaced)
    return added.upload
  } catch (error) {
    // One whose answer was lost may be recorded.
    if (isPieceworkError(error) && !error.retryable) await artifacts.delete(key).catch(() => undefined)
    throw error
  }
}

/** The upload as a file of its job. */
export function fileOf(upload: PartialUpload, parts: NonNullable<Upload['parts']>): Upload {
  const { id, role = 'archive', fileName, size, metadata } = upload
  return { id, role, artifact: uploadArtifact(upload), parts, fileName, size, ...(metadata && { metadata }) }
}

function assertOffset({ id, offset }: PartialUpload, given: number): void {
  if (given === offset) return
  throw new PieceworkError('upload-offset', `Upload ${id} goes on at byte ${offset}, not at ${given}.`, {
    facts: { upload: id, offset },
  })
}

function tooLong({ id, size }: PartialUpload): PieceworkError {
  return new PieceworkError('upload-limit', `Upload ${id} was to have ${size} bytes; more have come.`, {
    facts: { upload: id, size },
  })
}

function tooManyParts({ id }: PartialUpload): PieceworkError {
  const message = `Upload ${id} has come in ${uploadDefaults.parts} parts: upload the file again, in longer ones.`
  return new PieceworkError('upload-limit', message, { facts: { upload: id, parts: uploadDefaults.parts } })
}
