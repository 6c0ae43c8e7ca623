import type { Lease, NodeResult, Queryable } from '@piecework/core/store'

export interface AttemptEnd {
  readonly lease: Lease
  readonly result: NodeResult
}

export interface EndedNode {
  /** Nodes of its batch that have not ended. */
  readonly remaining: number
  /** Of its job, as `piecework.mutable_columns` prints them. */
  readonly mutableColumns: string
}

/** Ends the node, stores its findings and counts it off its batch. Undefined if its lease is lost. */
export async function endNode(tx: Queryable, end: AttemptEnd): Promise<EndedNode | undefined> {
  const { rows } = await tx.query<{ remaining: number; mutable_columns: string }>(
    'SELECT remaining, mutable_columns FROM piecework.end_nodes($1::jsonb)',
    [JSON.stringify([endAsJson(end)])],
  )
  const [row] = rows
  return row && { remaining: Number(row.remaining), mutableColumns: row.mutable_columns }
}

/** As `piecework.end_nodes` takes it. */
export function endAsJson({ lease, result }: AttemptEnd): object {
  const { counts, progress, entries, moment, version, reusedFrom, output, error, findings = [] } = result
  return {
    job: lease.job.id,
    node: lease.node.id,
    batch: lease.node.batch,
    fence: lease.fence,
    status: error ? 'failed' : 'done',
    counts,
    progress,
    entries,
    moment,
    version,
    reused_from: reusedFrom,
    output,
    error,
    ...(findings.length > 0 && { findings }),
  }
}
