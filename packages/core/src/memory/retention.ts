import type { Job } from '../contracts/jobs.js'
import type { Retention } from '../contracts/retention.js'
import { isOpen, isTerminal } from '../engine/machine.js'
import { deletedResult, expiredResult, keptUntil } from '../retention/kept-until.js'
import { concerns } from './jobs.js'
import type { MemoryJob } from './memory-job.js'
import { entryOf, type MemoryState } from './state.js'

export function memoryRetention(state: MemoryState): Retention {
  const turns = new Map<string, number>()
  const isRead = (id: string): boolean =>
    [...state.jobs.values()].some(({ job }) => !isTerminal(job.status) && job.reads?.includes(id))
  const isOver = (entry: MemoryJob): boolean => {
    const until = entry.gone || isOpen(entry.job) ? undefined : keptUntil(entry.job)
    return until !== undefined && Math.max(until.getTime(), entry.cleaningUntil) <= state.environment.now()
  }
  return {
    expired: async (limit, leaseMs) => {
      const jobs: Job[] = []
      for (const entry of state.jobs.values()) {
        if (jobs.length === limit) break
        if (!isOver(entry) || isRead(entry.job.id)) continue
        entry.cleaningUntil = state.environment.now() + leaseMs
        jobs.push(entry.job)
      }
      return jobs
    },
    markDeleted: async (id) => {
      const entry = entryOf(state, id)
      entry.gone = true
      state.retriable.delete(id)
      entry.job = { ...entry.job, result: deletedResult(entry.job.result, state.now()) }
      return entry.job
    },
    expire: async (id) => {
      const entry = entryOf(state, id)
      if (keptUntil(entry.job) && !entry.gone) {
        entry.job = { ...entry.job, result: expiredResult(entry.job.result, state.now()) }
      }
      return entry.job
    },
    list: async ({ resource, after = '', limit }) =>
      [...state.jobs.values()]
        .filter(({ job, gone }) => !gone && keptUntil(job) && job.id > after)
        .map(({ job }) => job)
        .filter((job) => !resource || concerns(job, resource))
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    acquireTurn: async (name, everyMs) => {
      const last = turns.get(name)
      if (last !== undefined && last + everyMs > state.environment.now()) return false
      turns.set(name, state.environment.now())
      return true
    },
  }
}
