import { PieceworkError } from '../contracts/errors.js'
import type { KeyRange, Keys } from '../contracts/keys.js'
import type { MemoryNode } from './memory-node.js'
import { entryOf, type MemoryState } from './state.js'

/** Ranges stand with the attempt that adds them, and are seen when it has committed. */
export function memoryKeys(state: MemoryState): Keys {
  return {
    add: async ({ job, node, fence }, table, ranges) => {
      const { nodes } = entryOf(state, job.id)
      const slot = nodes.get(node.id)
      if (slot?.fence !== fence) {
        throw new PieceworkError('lease-lost', `Another worker has taken over ${node.id}.`)
      }
      const all = [...nodes.values()]
        .filter(({ node }) => node.status === 'done' || node.status === 'running')
        .flatMap((one) => rangesOf(one, table))
        .concat(ranges)
        .sort(byOldFrom)
      if (all.some((range, at) => at > 0 && overlap(all[at - 1] as KeyRange, range))) return false
      if (slot.keys?.fence !== fence) slot.keys = { fence, tables: new Map() }
      slot.keys.tables.set(table, [...rangesOf(slot, table), ...ranges])
      return true
    },
    ranges: async (job, table, { after, limit }) =>
      [...(state.jobs.get(job)?.nodes.values() ?? [])]
        .filter(({ node }) => node.status === 'done')
        .flatMap((slot) => rangesOf(slot, table))
        .filter(({ oldFrom }) => after === undefined || oldFrom > after)
        .sort(byOldFrom)
        .slice(0, limit),
  }
}

/** Of the last attempt. */
const rangesOf = ({ keys, fence }: MemoryNode, table: string): readonly KeyRange[] =>
  keys?.fence === fence ? (keys.tables.get(table) ?? []) : []

const byOldFrom = (a: KeyRange, b: KeyRange): number => (a.oldFrom < b.oldFrom ? -1 : 1)

const overlap = (before: KeyRange, { oldFrom }: KeyRange): boolean =>
  before.oldFrom + BigInt(before.length) > oldFrom
