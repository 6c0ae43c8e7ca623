import type { States } from '../contracts/states.js'
import { leased } from './leased.js'
import type { MemoryState } from './state.js'

export function memoryStates(state: MemoryState): States {
  return {
    get: async ({ job, node }) => {
      const kept = state.jobs.get(job.id)?.nodes.get(node.id)?.kept
      return kept === undefined ? undefined : JSON.parse(kept)
    },
    put: async (lease, value) => {
      leased(state, lease).slot.kept = JSON.stringify(value)
    },
  }
}
