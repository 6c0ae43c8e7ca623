import { PieceworkError } from '../contracts/errors.js'
import type { Summaries } from '../contracts/summaries.js'
import type { MemoryNode } from './memory-node.js'
import { entryOf, type MemoryState } from './state.js'

/** A summary stands with the attempt that adds it, and is seen when it has committed. */
export function memorySummaries(state: MemoryState): Summaries {
  return {
    add: async ({ job, node, fence }, text) => {
      const slot = entryOf(state, job.id).nodes.get(node.id)
      if (slot?.fence !== fence) {
        throw new PieceworkError('lease-lost', `Another worker has taken over ${node.id}.`)
      }
      slot.summary = { fence, text }
    },
    nodes: async (job) =>
      [...(state.jobs.get(job)?.nodes.values() ?? [])]
        .filter((slot) => summaryOf(slot) !== undefined)
        .map(({ node }) => node.id),
    get: async (job, node) => {
      const slot = state.jobs.get(job)?.nodes.get(node)
      return slot && summaryOf(slot)
    },
  }
}

const summaryOf = ({ node, summary, fence }: MemoryNode): string | undefined =>
  node.status === 'done' && summary?.fence === fence ? summary.text : undefined
