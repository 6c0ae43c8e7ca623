import type { Lease } from '../contracts/attempts.js'
import { PieceworkError } from '../contracts/errors.js'
import type { MemoryJob } from './memory-job.js'
import type { MemoryNode } from './memory-node.js'
import { entryOf, type MemoryState } from './state.js'

/** Throws `lease-lost`. */
export function leased(state: MemoryState, lease: Lease): { entry: MemoryJob; slot: MemoryNode } {
  const entry = entryOf(state, lease.job.id)
  const slot = entry.nodes.get(lease.node.id)
  if (slot?.fence !== lease.fence || slot.node.status !== 'running') {
    throw new PieceworkError('lease-lost', `Another worker has taken over ${lease.node.id}.`)
  }
  return { entry, slot }
}
