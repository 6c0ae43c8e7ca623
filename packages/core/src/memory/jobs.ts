import { type JobError, PieceworkError } from '../contracts/errors.js'
import type { Job, JobFilter, Jobs } from '../contracts/jobs.js'
import type { ResourceRef } from '../contracts/resource.js'
import { storeDefaults } from '../defaults.js'
import { canBeStopped } from '../engine/machine.js'
import { withFollowUps } from '../follow-ups/with-follow-ups.js'
import { sameResource, walkTree } from '../plan/tree.js'
import type { MemoryJob } from './memory-job.js'
import { entryOf, keyOf, type MemoryState } from './state.js'

export function memoryJobs(state: MemoryState): Jobs {
  return {
    create: async (job, tx) => {
      if (tx) {
        throw new PieceworkError(
          'unsupported',
          'Jobs in memory cannot commit with a transaction of the host.',
        )
      }
      const entry = state.insert(job, 'pending')
      if (!entry.job.throttled) state.submit(entry, 0)
      return entry.job
    },
    get: async (id) => state.jobs.get(id)?.job,
    status: async (id) => state.jobs.get(id)?.job.status,
    byRequestKey: async (principal, key) => state.requestKeys.get(keyOf(principal, key)),
    list: async ({ resource, making, requestedBy, after, limit = storeDefaults.listedJobs }: JobFilter) => {
      const jobs = [...state.jobs.values()].map(({ job }) => job)
      const older =
        after === undefined
          ? jobs
          : jobs.slice(
              0,
              Math.max(
                0,
                jobs.findIndex(({ id }) => id === after),
              ),
            )
      return older
        .filter((job) => !making || (resource && makes(job, resource)))
        .filter((job) => !resource || concerns(job, resource))
        .filter(({ principal }) => requestedBy === undefined || principal.id === requestedBy)
        .reverse()
        .slice(0, limit)
    },
    submitted: async (id) => state.apply(entryOf(state, id), { type: 'submitted' }),
    cancel: async (id, error) => cancel(state, entryOf(state, id), error),
    withdraw: async (id) => {
      const entry = entryOf(state, id)
      for (const [name, { job }] of state.requestKeys) if (job === id) state.requestKeys.delete(name)
      return cancel(state, entry)
    },
    follow: async (id, more) => {
      const entry = entryOf(state, id)
      entry.job = withFollowUps(entry.job, more)
      return entry.job
    },
  }
}

function cancel(state: MemoryState, entry: MemoryJob, error?: JobError): Job {
  const { status } = entry.job
  const reason = error && { error }
  if (!canBeStopped(entry.job)) return entry.job
  if (status === 'draft') return state.apply(entry, { type: 'cancelled', remaining: 0, ...reason })
  return state.apply(entry, { type: 'cancelled', remaining: skipWaiting(entry, state.now()), ...reason })
}

/** Nodes of the current batch. Returns how many of it run. */
export function skipWaiting(entry: MemoryJob, at: Date): number {
  let running = 0
  for (const slot of entry.nodes.values()) {
    if (slot.node.batch !== entry.job.batch) continue
    if (slot.node.status === 'running') running += 1
    else if (slot.node.status === 'waiting') slot.node = { ...slot.node, status: 'skipped', endedAt: at }
  }
  entry.open[entry.job.batch] = running
  return running
}

function makes({ kind, target }: Job, resource: ResourceRef): boolean {
  return (kind === 'import' || kind === 'clone') && target !== undefined && sameResource(target, resource)
}

/** Whether the job reads or makes the resource. */
export function concerns(job: Job, resource: { kind: string; id: string }): boolean {
  if (job.target && sameResource(job.target, resource)) return true
  const source = job.kind === 'export' || job.kind === 'clone' || job.kind === 'delivery'
  return source && walkTree(job.tree).some(({ ref }) => sameResource(ref, resource))
}
