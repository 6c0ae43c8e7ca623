import type { Lease, NodeResult, Queryable } from '@piecework/core/store'

/** What one attempt leaves behind. */
export interface End {
  readonly lease: Lease
  readonly done: NodeResult
}

export interface EndedNode {
  /** Nodes of its batch that have not ended. */
  readonly remaining: number
  /** What changes of its job, as `piecework.changing` prints it. */
  readonly changing: string
}

/** Marks the node as ended, stores its findings and counts it. Undefined where its lease is lost. */
export async function endNode(tx: Queryable, end: End): Promise<EndedNode | undefined> {
  const { rows } = await tx.query<{ remaining: number; changing: string }>(
    'SELECT still_open AS remaining, changing_text AS changing FROM piecework.end_nodes($1::jsonb)',
    [JSON.stringify([endAsJson(end)])],
  )
  const [row] = rows
  return row && { remaining: Number(row.remaining), changing: row.changing }
}

/** As the functions of the store take it. */
export function endAsJson({ lease, done }: End): object {
  const { counts, progress, entries, version, reusedFrom: reused, error, findings = [] } = done
  return {
    job: lease.job.id,
    node: lease.node.id,
    fence: lease.fence,
    status: error ? 'failed' : 'done',
    counts,
    progress,
    entries,
    version,
    reused,
    error,
    ...(findings.length > 0 && { findings }),
  }
}
