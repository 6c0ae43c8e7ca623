import type { Database } from '../contracts/database.js'
import type { Drafts } from '../contracts/drafts.js'
import type { Upload } from '../contracts/upload.js'
import { withPlan, withSorted, withUploads } from '../drafts/draft-state.js'
import { addRecord } from './add-record.js'
import type { MemoryJob } from './memory-job.js'
import { entryOf, type MemoryState } from './state.js'

export function memoryDrafts(state: MemoryState, database: Database): Drafts {
  return {
    create: async ({ requestKey, requestKeyOf, ...job }, shells) => {
      // First: what the same request makes meanwhile would stay where the host has no transactions.
      const free = state.useKey({ ...job, requestKey, requestKeyOf })
      let entry: MemoryJob | undefined
      try {
        return await database.transaction(async (tx) => {
          await shells(tx)
          // Last: no sweep ends a job whose shells are still to come.
          entry = state.insert(job, 'draft')
          return entry.job
        })
      } catch (error) {
        if (entry) state.forget(entry)
        free()
        throw error
      }
    },
    put: async (id, upload) => putUpload(state, id, upload),
    remove: async (id, upload) => {
      const entry = entryOf(state, id)
      const removed = entry.job.request.input?.uploads.find((one) => one.id === upload)
      entry.job = withUploads(entry.job, (now) => now.filter((one) => one !== removed))
      entry.touchedAt = state.environment.now()
      return removed
    },
    sort: async (id, sorting, uploads) => {
      const entry = entryOf(state, id)
      const { job, left } = withSorted(entry.job, sorting, uploads)
      entry.job = job
      entry.touchedAt = state.environment.now()
      return left
    },
    run: async (id, plan) => {
      const entry = entryOf(state, id)
      const planned = withPlan(entry.job, plan, state.now())
      const { requestKey, requestKeyOf } = plan
      const keyed = { id, principal: planned.principal, requestKey, requestKeyOf }
      state.assertUnused(keyed)
      const { limit, concurrentJobs } = plan
      const throttled = state.admission.mustThrottle(planned.principal, { limit, concurrentJobs })
      entry.turn = state.admission.turnOf(planned.principal)
      entry.job = { ...planned, ...(throttled && { throttled }) }
      entry.limit = limit
      entry.concurrentJobs = concurrentJobs
      state.admission.remove(entry)
      state.admission.add(entry)
      state.plan(entry, plan.nodes)
      state.useKey(keyed)
      if (plan.record) addRecord(state.records, state.environment.now(), plan.record)
      return state.apply(entry, { type: 'run' })
    },
    idleMs: async (id) => {
      const entry = state.jobs.get(id)
      return entry?.job.status === 'draft' ? state.environment.now() - entry.touchedAt : undefined
    },
    idle: async (before) =>
      [...state.jobs.values()]
        .filter(({ job, touchedAt }) => job.status === 'draft' && touchedAt < before.getTime())
        .map(({ job }) => job.id),
  }
}

/** Takes the place of the upload of the same role, which is returned. */
export function putUpload(state: MemoryState, job: string, upload: Upload): Upload | undefined {
  const entry = entryOf(state, job)
  const before = entry.job.request.input?.uploads.find(({ role }) => role === upload.role)
  entry.job = withUploads(entry.job, (now) => [...now.filter((one) => one !== before), upload])
  entry.touchedAt = state.environment.now()
  return before
}
