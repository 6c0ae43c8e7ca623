import { type Lease, PieceworkError } from '@piecework/core/store'

/** Job, node and fence, as values of a query. */
export const leaseKey = (lease: Lease): readonly unknown[] => [lease.job.id, lease.node.id, lease.fence]

export function leaseLost(lease: Lease, cause?: unknown): PieceworkError {
  return new PieceworkError('lease-lost', `Another worker has taken over ${lease.node.id}.`, { cause })
}
