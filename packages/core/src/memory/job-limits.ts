import type { Limits } from '../contracts/job-limits.js'
import { canTimeOut } from '../engine/machine.js'
import { skipWaiting } from './jobs.js'
import type { MemoryState } from './state.js'

export function memoryLimits(state: MemoryState): Limits {
  return {
    admit: async () => state.admit(),
    expire: async () => {
      const now = state.environment.now()
      const late = [...state.jobs.values()].filter(({ job }) => {
        const { deadline, status } = job
        return deadline !== undefined && deadline.getTime() <= now && canTimeOut(job) && status !== 'draft'
      })
      return late.map((entry) =>
        state.apply(entry, { type: 'timed-out', remaining: skipWaiting(entry, state.now()) }),
      )
    },
  }
}
