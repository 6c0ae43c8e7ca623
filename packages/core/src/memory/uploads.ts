import { PieceworkError } from '../contracts/errors.js'
import type { NewPartialUpload, PartialUpload, UploadQuota, Uploads } from '../contracts/uploads.js'
import { openInput } from '../drafts/draft-state.js'
import { tooManyUploads, uploadFinished } from '../uploads/upload-errors.js'
import { putUpload } from './drafts.js'
import { openUpload, uploadOf } from './memory-upload.js'
import { entryOf, type MemoryState } from './state.js'

export function memoryUploads(state: MemoryState): Uploads {
  const assertOpen = ({ role, job }: Pick<PartialUpload, 'role' | 'job'>): void => {
    if (role !== undefined) openInput(entryOf(state, job).job)
  }
  return {
    create: async ({ ttlMs, quota, ...asked }) => {
      assertOpen(asked)
      assertRoom(state, asked, quota)
      const at = state.now()
      const upload = {
        ...asked,
        offset: 0,
        parts: 0,
        createdAt: at,
        expiresAt: new Date(at.getTime() + ttlMs),
      }
      state.uploads.set(upload.id, { upload, fence: 0, parts: [] })
      return upload
    },
    get: async (id) => state.uploads.get(id)?.upload,
    parts: async (id) => [...(state.uploads.get(id)?.parts ?? [])],
    acquire: async (id) => {
      const found = openUpload(state.uploads, id, state.now())
      found.fence += 1
      return { upload: found.upload, fence: found.fence }
    },
    add: async ({ id, fence }, { size, ttlMs, file }) => {
      const found = uploadOf(state.uploads, id)
      if (found.fence !== fence)
        throw new PieceworkError('lease-lost', `Another request goes on with upload ${id}.`)
      const { upload } = found
      assertOpen(upload)
      const offset = upload.offset + size
      if (offset > upload.size)
        throw new PieceworkError('upload-limit', `Upload ${id} has ${upload.size} bytes.`)
      const at = state.now()
      const replaced = file && putUpload(state, upload.job, file)
      found.parts.push({ size, fence })
      found.upload = {
        ...upload,
        offset,
        parts: found.parts.length,
        expiresAt: new Date(at.getTime() + ttlMs),
        ...(file && { finishedAt: at }),
      }
      if (upload.role !== undefined) entryOf(state, upload.job).touchedAt = at.getTime()
      return { upload: found.upload, ...(replaced && { replaced }) }
    },
    hasJob: async (job) => [...state.uploads.values()].some(({ upload }) => upload.job === job),
    expired: async (limit) => {
      const now = state.now()
      const found = [...state.uploads.values()]
        .filter(({ upload }) => upload.expiresAt <= now)
        .slice(0, limit)
      for (const one of found) one.fence += 1
      return found.map(({ upload }) => upload)
    },
    discard: async (id) => {
      const { upload } = uploadOf(state.uploads, id)
      if (upload.finishedAt) throw uploadFinished(upload)
      state.uploads.delete(id)
    },
    remove: async (id) => void state.uploads.delete(id),
  }
}

/** Of those that are unfinished and can still be finished. Throws `too-many-uploads`. */
function assertRoom(
  state: MemoryState,
  { principal, size }: Pick<NewPartialUpload, 'principal' | 'size'>,
  quota: UploadQuota,
): void {
  const own = [...state.uploads.values()]
    .map(({ upload }) => upload)
    .filter((upload) => upload.principal.id === principal.id && !upload.finishedAt)
    .filter(({ role, job }) => role === undefined || state.jobs.get(job)?.job.status === 'draft')
  const uploads = own.length
  const bytes = own.reduce((sum, upload) => sum + upload.size, 0)
  if (uploads >= quota.uploads || bytes + size > quota.bytes)
    throw tooManyUploads(principal.id, { uploads, bytes }, quota)
}
