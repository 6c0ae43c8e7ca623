import type { Lease, NodeResult, Queryable } from '@piecework/core'

/** What one attempt leaves behind. */
export interface End {
  readonly lease: Lease
  readonly done: NodeResult
}

export interface EndedNode {
  /** Nodes of its batch that have not ended, after all that were ended with it. */
  readonly remaining: number
  /** What changes of its job, as `piecework.changing` prints it. */
  readonly changing: string
}

/** Marks nodes as ended, stores their findings and counts them. For each what became of it; undefined where its lease is lost. */
export async function endNodes(
  tx: Queryable,
  ends: readonly End[],
): Promise<readonly (EndedNode | undefined)[]> {
  const first = new Map(ends.map((end) => [keyOf(end.lease), end]))
  const { rows } = await tx.query<{
    job: string
    node: string
    fence: string
    remaining: number
    changing: string
  }>(
    `SELECT ended_job AS job, ended_node AS node, ended_fence AS fence, still_open AS remaining, changing_text AS changing
     FROM piecework.end_nodes($1::jsonb)`,
    [JSON.stringify([...first.values()].map(asJson))],
  )
  const ended = new Map(
    rows.map(({ job, node, fence, remaining, changing }) => [
      JSON.stringify([job, node, Number(fence)]),
      { remaining: Number(remaining), changing },
    ]),
  )
  return ends.map((end) => (first.get(keyOf(end.lease)) === end ? ended.get(keyOf(end.lease)) : undefined))
}

function asJson({ lease, done }: End): object {
  const { counts, entries, version, reusedFrom: reused, error, findings = [] } = done
  return {
    job: lease.job.id,
    node: lease.node.id,
    fence: lease.fence,
    status: error ? 'failed' : 'done',
    counts,
    entries,
    version,
    reused,
    error,
    ...(findings.length > 0 && { findings }),
  }
}

const keyOf = ({ job, node, fence }: Lease): string => JSON.stringify([job.id, node.id, fence])
