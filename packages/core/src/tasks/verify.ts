import type { Transaction } from '../contracts/database.js'
import type { JobNode } from '../contracts/jobs.js'
import type { Piece } from '../contracts/piece.js'
import type { ResourceRef } from '../contracts/resource.js'
import { formatOf } from '../plan/format-of.js'
import { newRefOf } from '../plan/new-ref-of.js'
import type { AttemptContext } from './attempt-context.js'

/** Keeps, in the attempt's transaction, what the piece wants to compare with at the end of the job. */
export async function keepSummary(
  { lease, registry, store }: AttemptContext,
  { verifier }: Piece,
  source: ResourceRef,
  tx: Transaction,
): Promise<void> {
  const resource = newRefOf(registry, lease.job, source)
  const summary = await verifier?.summarize({ resource, tx })
  if (summary !== undefined) await store.summaries.add(lease, summary, tx)
}

/** Nodes of the job that have kept a summary. */
export async function summarized({ lease, store }: AttemptContext): Promise<readonly JobNode[]> {
  const { id } = lease.job
  const names = new Set(await store.summaries.nodes(id))
  if (names.size === 0) return []
  return (await store.reports.nodes(id)).filter((node) => names.has(node.id))
}

/** Throws `counts-differ` if rows are gone that pieces have written; what else became of them is told. */
export async function verifyRows(
  attempt: AttemptContext,
  nodes: readonly JobNode[],
  tx: Transaction,
): Promise<void> {
  const { lease, registry, store, signal } = attempt
  const { job } = lease
  const format = formatOf(job)
  for (const { id, piece: name = '', resource: source } of nodes) {
    signal.throwIfAborted()
    const verifier = registry.piece(format, name)?.verifier
    const summary = await store.summaries.get(job.id, id, tx)
    if (!verifier || !source || summary === undefined) continue
    await verifier.compare(summary, {
      resource: newRefOf(registry, job, source),
      tx,
      finding: (finding) => attempt.findings.add({ ...finding, piece: name }),
    })
  }
}
