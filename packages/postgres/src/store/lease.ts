import { type Database, type Lease, PieceworkError } from '@piecework/core/store'

/** Job, node and fence, as values of a query. */
export const leaseKey = (lease: Lease): readonly unknown[] => [lease.job.id, lease.node.id, lease.fence]

export function leaseLost(lease: Lease, cause?: unknown): PieceworkError {
  return new PieceworkError('lease-lost', `Another worker has taken over ${lease.node.id}.`, { cause })
}

/** Waits until a worker that is taking over has committed. */
export async function isHeld(control: Database, lease: Lease): Promise<boolean> {
  const { rowCount } = await control.query(
    `SELECT FROM piecework.nodes WHERE job_id = $1 AND id = $2 AND fence = $3::bigint AND status = 'running' FOR SHARE`,
    leaseKey(lease),
  )
  return rowCount === 1
}
