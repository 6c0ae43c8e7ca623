import { type PartialUpload, PieceworkError, type Store, type UploadPart } from '@piecework/core/store'
import { changed } from './changed-store.js'

/** Faults of uploads, and the law that must see each. */
export const uploadFaults: Record<string, [law: string, (store: Store) => Store]> = {
  'gives the parts of an upload in no order': [
    'one truth: an upload is what it was made as',
    withUploads(({ parts }) => ({ parts: async (id) => [...(await parts(id))].reverse() })),
  ],
  'keeps parts of an upload that was removed': [
    'one truth: an upload is what it was made as',
    (store) => {
      const seen = new Map<string, readonly UploadPart[]>()
      return changed(store, {
        uploads: {
          parts: async (id) => {
            const now = await store.uploads.parts(id)
            if (now.length > 0) seen.set(id, now)
            return seen.get(id) ?? now
          },
        },
      })
    },
  ],
  'takes parts under any lease': [
    'exactly once: a part is added under the last lease alone',
    withUploads(({ add, acquire }) => ({
      add: async ({ id, fence }, part) => {
        const upload = await acquire(id).catch(() => undefined)
        return add({ id, fence: upload?.fence ?? fence }, part)
      },
    })),
  ],
  'takes more bytes than an upload has': [
    'exactly once: a part is added under the last lease alone',
    withUploads(({ add }) => ({
      add: async (lease, part) => add(lease, { ...part, size: Math.min(part.size, 4) }),
    })),
  ],
  'gives one fence to all who ask at once': [
    'exactly once: of many callers that acquire an upload at the same time each has a fence of its own',
    (store) => {
      const asked = new Map<string, ReturnType<Store['uploads']['acquire']>>()
      return changed(store, {
        uploads: {
          acquire: (id) => {
            const lease = asked.get(id) ?? store.uploads.acquire(id)
            asked.set(id, lease)
            return lease
          },
        },
      })
    },
  ],
  'leaves what is complete beside its draft': [
    'one truth: the last part makes it a file of its draft in the same step',
    withUploads(({ add }) => ({ add: async (lease, { file: _, ...part }) => add(lease, part) })),
  ],
  'adds a part to a draft that has ended': [
    'nothing half-made: a draft that has begun or ended takes no part and no upload',
    (store) => {
      const late = new Map<string, PartialUpload>()
      return changed(store, {
        uploads: {
          get: async (id) => late.get(id) ?? store.uploads.get(id),
          add: async (lease, part) => {
            const before = await store.uploads.get(lease.id)
            try {
              return await store.uploads.add(lease, part)
            } catch (error) {
              if (before) late.set(lease.id, { ...before, offset: before.offset + part.size })
              throw error
            }
          },
        },
      })
    },
  ],
  'begins an upload for a draft that has ended': [
    'nothing half-made: a draft that has begun or ended takes no part and no upload',
    withUploads(({ create }) => ({ create: async ({ role: _, ...upload }) => create(upload) })),
  ],
  'does not finish the archive that a job imports': [
    'one truth: an archive is finished in the step that creates its import',
    (store) => changed(store, { jobs: { create: ({ upload: _, ...job }) => store.jobs.create(job) } }),
  ],
  'finishes the archive of an import that is refused': [
    'one truth: an archive is finished in the step that creates its import',
    (store) => {
      const finished = new Set<string>()
      return changed(store, {
        jobs: {
          create: (job) => {
            if (job.upload !== undefined) finished.add(job.upload)
            return store.jobs.create(job)
          },
        },
        uploads: {
          get: async (id) => {
            const found = await store.uploads.get(id)
            return found && { ...found, ...(finished.has(id) && { finishedAt: new Date() }) }
          },
        },
      })
    },
  ],
  'imports an archive as often as it is asked to': [
    'exactly once: of many racing imports of one archive one is created',
    (store) =>
      changed(store, {
        jobs: {
          create: async ({ upload: _, ...job }) => (await store.jobs.get(job.id)) ?? store.jobs.create(job),
        },
      }),
  ],
  'counts the uploads of a principal before it adds one': [
    'a principal has no more unfinished uploads, and no larger ones, than its quota',
    withUploads(({ create }) => {
      const made = new Map<string, number>()
      return {
        create: async ({ quota, ...upload }) => {
          const { id } = upload.principal
          const before = made.get(id) ?? 0
          if (before >= quota.uploads) return create({ ...upload, quota })
          const created = await create({ ...upload, quota: { ...quota, uploads: 1000 } })
          made.set(id, before + 1)
          return created
        },
      }
    }),
  ],
  'counts uploads of drafts that have ended': [
    'a principal has no more unfinished uploads, and no larger ones, than its quota',
    (store) => {
      const drafts = new Map<string, string>()
      return changed(store, {
        uploads: {
          create: async (upload) => {
            const { id } = upload.principal
            if (upload.role !== undefined) drafts.set(id, upload.job)
            const job = await store.jobs.get(drafts.get(id) ?? '')
            if (job && job.status !== 'draft') throw new PieceworkError('too-many-uploads', 'Too many.')
            return store.uploads.create(upload)
          },
        },
      })
    },
  ],
  'counts uploads and not their bytes': [
    'a principal has no more unfinished uploads, and no larger ones, than its quota',
    withUploads(({ create }) => ({
      create: (upload) => create({ ...upload, quota: { ...upload.quota, bytes: 1e15 } }),
    })),
  ],
  'discards what a job has imported': [
    'nothing half-made: one that is discarded takes no part and is not imported',
    withUploads(({ remove }) => ({ discard: remove })),
  ],
  'goes on with an upload whose time is over': [
    'an upload expires, later with each part, and then takes nothing more',
    withUploads(({ acquire, get }) => ({
      acquire: async (id) => {
        try {
          return await acquire(id)
        } catch (error) {
          const upload = await get(id)
          if (!upload || upload.finishedAt) throw error
          return { upload, fence: 1 }
        }
      },
    })),
  ],
  'lets a part come in while an upload is removed': [
    'an upload expires, later with each part, and then takes nothing more',
    withUploads(({ expired, acquire, add }) => {
      const found = new Map<string, PartialUpload>()
      return {
        acquire,
        expired: async (limit) => {
          const all = await expired(limit)
          for (const one of all) found.set(one.id, one)
          return all
        },
        add: async (lease, part) => {
          const upload = found.get(lease.id)
          return upload ? { upload } : add(lease, part)
        },
      }
    }),
  ],
}

function withUploads(
  change: (uploads: Store['uploads']) => Partial<Store['uploads']>,
): (store: Store) => Store {
  return (store) => changed(store, { uploads: change(store.uploads) })
}
