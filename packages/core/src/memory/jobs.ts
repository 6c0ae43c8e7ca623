import { PieceworkError } from '../contracts/errors.js'
import type { Job, JobFilter, JobNode, Jobs, Reports } from '../contracts/jobs.js'
import { sameResource, walkTree } from '../plan/tree.js'
import { takeHolds } from './guard.js'
import type { MemoryJob, MemoryState } from './state.js'

export function memoryJobs(state: MemoryState): Jobs {
  return {
    create: async ({ nodes, claims, ...request }, tx) => {
      if (tx) {
        throw new PieceworkError(
          'unsupported',
          'Jobs in memory cannot commit with a transaction of the host.',
        )
      }
      const at = new Date()
      if (state.jobs.has(request.id)) throw new PieceworkError('internal', `Job ${request.id} exists.`)
      takeHolds(state, claims, { id: request.id, kind: request.kind, since: at })
      const job: Job = {
        ...request,
        status: 'pending',
        batch: 0,
        result: {},
        createdAt: at,
        changes: [{ status: 'pending', at }],
      }
      const entry: MemoryJob = { job, nodes: new Map(), open: [], findings: [] }
      for (const node of nodes) {
        entry.nodes.set(node.id, {
          node: { ...node, status: 'waiting', attempt: 1 },
          fence: 0,
          leaseUntil: 0,
          submittedAt: 0,
          committing: false,
        })
        entry.open[node.batch] = (entry.open[node.batch] ?? 0) + 1
      }
      state.jobs.set(job.id, entry)
      state.submit(entry, 0)
      return job
    },
    get: async (id) => state.jobs.get(id)?.job,
    list: async ({ resource, limit = 100 }: JobFilter) =>
      [...state.jobs.values()]
        .map((entry) => entry.job)
        .filter((job) => !resource || concerns(job, resource))
        .reverse()
        .slice(0, limit),
    submitted: async (id) => state.apply(entryOf(state, id), { type: 'submitted' }),
    cancel: async (id) => {
      const entry = entryOf(state, id)
      if (entry.job.outcome) return entry.job
      let running = 0
      for (const slot of entry.nodes.values()) {
        if (slot.node.batch !== entry.job.batch) continue
        if (slot.node.status === 'running') running += 1
        else if (slot.node.status === 'waiting')
          slot.node = { ...slot.node, status: 'skipped', endedAt: new Date() }
      }
      entry.open[entry.job.batch] = running
      return state.apply(entry, { type: 'cancelled', remaining: running })
    },
  }
}

export function memoryReports(state: MemoryState): Reports {
  return {
    nodes: async (job, batch) =>
      [...(state.jobs.get(job)?.nodes.values() ?? [])]
        .map((slot) => slot.node)
        .filter((node) => batch === undefined || node.batch === batch)
        .sort(byBatchAndId),
    node: async (job, id) => state.jobs.get(job)?.nodes.get(id)?.node,
    findings: async (job, limit = 1000) => {
      const all = state.jobs.get(job)?.findings ?? []
      return [
        ...all.filter((finding) => finding.severity === 'error'),
        ...all.filter((finding) => finding.severity === 'warning'),
      ].slice(0, limit)
    },
  }
}

export function entryOf(state: MemoryState, id: string): MemoryJob {
  const entry = state.jobs.get(id)
  if (!entry) throw new PieceworkError('job-not-found', `There is no job ${id}.`)
  return entry
}

function concerns(job: Job, resource: { kind: string; id: string }): boolean {
  if (job.target && sameResource(job.target, resource)) return true
  const source = job.kind === 'export' || job.kind === 'clone'
  return source && walkTree(job.tree).some(({ ref }) => sameResource(ref, resource))
}

function byBatchAndId(a: JobNode, b: JobNode): number {
  return a.batch - b.batch || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
