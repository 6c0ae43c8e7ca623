import type { JobError, Lease, Progress, Queryable } from '@piecework/core/store'

export interface Heartbeat {
  readonly lease: Lease
  readonly progress: Progress | undefined
}

export interface HeldLease {
  /** Why the job is being stopped. */
  readonly stopped?: JobError
}

/** Renews leases and stores progress. Undefined for each lease that is lost. */
export async function renewLeases(
  tx: Queryable,
  leaseMs: number,
  heartbeats: readonly Heartbeat[],
): Promise<readonly (HeldLease | undefined)[]> {
  const values = heartbeats.map(({ lease, progress }) => ({
    job: lease.job.id,
    node: lease.node.id,
    batch: lease.node.batch,
    fence: lease.fence,
    progress,
  }))
  const { rows } = await tx.query<{
    job_id: string
    node_id: string
    fence: string
    stop_error: string | null
  }>('SELECT * FROM piecework.renew_leases($1::jsonb, $2::float8)', [JSON.stringify(values), leaseMs])
  const held = new Map(rows.map((row) => [keyOf(row.job_id, row.node_id, row.fence), row.stop_error]))
  return heartbeats.map(({ lease: { job, node, fence } }) => {
    const error = held.get(keyOf(job.id, node.id, fence))
    if (error === undefined) return undefined
    return error === null ? {} : { stopped: JSON.parse(error) as JobError }
  })
}

const keyOf = (job: string, node: string, fence: number | string): string =>
  JSON.stringify([job, node, Number(fence)])
