import type { JobError, Lease, Progress, Queryable } from '@piecework/core/store'

export interface Heartbeat {
  readonly lease: Lease
  readonly progress: Progress | undefined
}

export interface Beaten {
  readonly stopped?: JobError
}

/** Prolongs leases and stores progress. For each why its job is stopped, if it is; undefined where the lease is lost. */
export async function beatNodes(
  tx: Queryable,
  leaseMs: number,
  beats: readonly Heartbeat[],
): Promise<readonly (Beaten | undefined)[]> {
  const asked = beats.map(({ lease, progress }) => ({
    job: lease.job.id,
    node: lease.node.id,
    fence: lease.fence,
    progress,
  }))
  const { rows } = await tx.query<{ job: string; node: string; fence: string; stop: string | null }>(
    `SELECT held_job AS job, held_node AS node, held_fence AS fence, stop_text AS stop
     FROM piecework.beat_nodes($1::jsonb, $2::float8)`,
    [JSON.stringify(asked), leaseMs],
  )
  const held = new Map(rows.map(({ job, node, fence, stop }) => [keyOf(job, node, fence), stop]))
  return beats.map(({ lease: { job, node, fence } }) => {
    const stop = held.get(keyOf(job.id, node.id, fence))
    if (stop === undefined) return undefined
    return stop === null ? {} : { stopped: JSON.parse(stop) as JobError }
  })
}

const keyOf = (job: string, node: string, fence: number | string): string =>
  JSON.stringify([job, node, Number(fence)])
