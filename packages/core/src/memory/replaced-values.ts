import { PieceworkError } from '../contracts/errors.js'
import type { ReplacedValuePage, ReplacedValues } from '../contracts/replaced-values.js'
import type { MemoryNode } from './memory-node.js'
import { entryOf, type MemoryState } from './state.js'

/** Pages stand with the attempt that adds them, and are seen when it has committed. */
export function memoryReplacedValues(state: MemoryState): ReplacedValues {
  let pages = 0
  return {
    add: async ({ job, node, fence }, values) => {
      const slot = entryOf(state, job.id).nodes.get(node.id)
      if (slot?.fence !== fence) {
        throw new PieceworkError('lease-lost', `Another worker has taken over ${node.id}.`)
      }
      if (slot.replaced?.fence !== fence) slot.replaced = { fence, pages: [] }
      pages += 1
      slot.replaced.pages.push({ id: String(pages), values })
    },
    page: async (job, after = '0') =>
      [...(state.jobs.get(job)?.nodes.values() ?? [])]
        .flatMap(pagesOf)
        .filter(({ id }) => Number(id) > Number(after))
        .sort((a, b) => Number(a.id) - Number(b.id))[0],
  }
}

const pagesOf = ({ node, replaced, fence }: MemoryNode): readonly ReplacedValuePage[] =>
  node.status === 'done' && replaced?.fence === fence ? replaced.pages : []
