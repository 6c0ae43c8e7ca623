import type { Lease } from './attempts.js'

/** JSON that attempts at a node keep for the next one. Gone when the job is terminal. */
export interface States {
  /** What an attempt at the node has kept last. */
  get(lease: Lease): Promise<unknown>
  /** Commits at once. Throws `lease-lost`, and keeps nothing, if another worker has the lease. */
  put(lease: Lease, state: unknown): Promise<void>
}
