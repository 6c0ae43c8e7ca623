import type { Transaction } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { NewFinding } from '../contracts/finding.js'
import type { JobNode } from '../contracts/nodes.js'
import type { Piece } from '../contracts/piece.js'
import type { PieceVerifier } from '../contracts/piece-verifier.js'
import type { ResourceRef } from '../contracts/resource.js'
import { notRegistered } from '../engine/missing-registration.js'
import { allNodes } from '../engine/node-pages.js'
import { formatOf } from '../plan/format-of.js'
import { inDatabase } from '../plan/in-database.js'
import { newRefOf } from '../plan/new-ref-of.js'
import type { AttemptContext } from './attempt-context.js'

/** Keeps, in the attempt's transaction, what the piece wants to compare with at the end of the job. */
export async function keepSummary(
  { lease, registry, store }: AttemptContext,
  { verifier }: Piece,
  source: ResourceRef,
  tx: Transaction,
): Promise<void> {
  const { part } = lease.node
  const resource = newRefOf(registry, lease.job, source)
  const summary = await verifier?.summarize({ resource, ...(part && { part }), tx })
  if (summary !== undefined) await store.summaries.add(lease, summary, tx)
}

/**
 * Nodes of the job that have kept a summary. Throws `piece-unknown` if this process cannot compare one: another one
 * can, as the one that kept it.
 */
export async function summarized({
  lease,
  registry,
  store,
}: AttemptContext): Promise<readonly SummarizedNode[]> {
  const { job, node: finish } = lease
  const names = new Set(await store.summaries.nodes(job.id))
  if (names.size === 0) return []
  const format = formatOf(job)
  return (await allNodes(store.reports, job.id)).flatMap(({ id, piece: name, resource, part, database }) => {
    if (!names.has(id) || name === undefined || !resource) return []
    const verifier = registry.piece(format, name)?.verifier
    if (!verifier) throw notRegistered(finish, `verifier of the piece "${name}"`)
    return [
      {
        id,
        piece: name,
        resource,
        ...(part && { part }),
        ...(database !== undefined && { database }),
        verifier,
      },
    ]
  })
}

export interface SummarizedNode
  extends Required<Pick<JobNode, 'id' | 'piece' | 'resource'>>,
    Pick<JobNode, 'part' | 'database'> {
  readonly verifier: PieceVerifier
}

/** Throws `counts-differ` if rows are gone that pieces have written; what else became of them is told. */
export async function verifyRows(
  attempt: AttemptContext,
  nodes: readonly SummarizedNode[],
  tx: Transaction,
): Promise<void> {
  const { lease, registry, store, signal } = attempt
  const { job } = lease
  for (const { id, piece, resource, part, database, verifier } of nodes) {
    signal.throwIfAborted()
    const summary = await store.summaries.get(job.id, id, tx)
    if (summary === undefined) throw new PieceworkError('internal', `The summary of ${id} is gone.`)
    const context = {
      resource: newRefOf(registry, job, resource),
      ...(part && { part }),
      finding: (finding: NewFinding) => attempt.findings.add({ ...finding, piece }),
    }
    const compare = async (own: Transaction) => verifier.compare(summary, { ...context, tx: own })
    await inDatabase(store, database, tx, compare, { signal })
  }
}
