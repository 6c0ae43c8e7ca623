import type { Transaction } from '../contracts/database.js'
import type { Entries } from '../contracts/entries.js'
import { PieceworkError } from '../contracts/errors.js'
import type { NewFinding } from '../contracts/finding.js'
import type { Piece } from '../contracts/piece.js'
import type { PieceCounts } from '../contracts/piece-counts.js'
import type { ResourceRef } from '../contracts/resource.js'
import { inputNode } from '../requests/inputs.js'
import { meteredEntries } from './metered-entries.js'
import { type AttemptContext, carriedKinds, newRefOf, pieceContext, type TaskRunner } from './work.js'

export const importTask: TaskRunner = async (work) => {
  const { job, node } = work.lease
  const input = job.request.input
  const piece = input && work.registry.piece(input.format, node.piece ?? '')
  const { resource } = node
  if (!input || !piece || !resource) throw new PieceworkError('internal', `${node.id} cannot be imported.`)
  return work.inputs.use(job.id, input, work.signal, async (opened) => {
    const entries = meteredEntries(inputNode(opened, resource, piece.name).entries, work.bytes)
    return work.store.attempts.run(
      work.lease,
      async (tx) => ({
        counts: { ...(await importEntries(work, piece, resource, entries, tx)), bytes: work.bytes.total },
        findings: work.findings.list(),
      }),
      { signal: work.signal },
    )
  })
}

/** Runs an importer and holds its counts against what the manifest states. */
export async function importEntries(
  work: AttemptContext,
  piece: Piece,
  source: ResourceRef,
  entries: Entries,
  tx: Transaction,
): Promise<PieceCounts> {
  if (!piece.importer) throw new PieceworkError('internal', `Piece ${piece.name} cannot be imported.`)
  const counts = await piece.importer.import({
    ...pieceContext(work, piece.name, newRefOf(work.registry, work.lease.job, source)),
    ...connection(work, tx),
    source,
    entries,
  })
  const facts = entries.paths.map((path) => entries.facts(path)?.rows).filter((rows) => rows !== undefined)
  const stated = facts.reduce((sum, rows) => sum + rows, 0)
  const carried = counts.rows + (counts.skipped ?? 0)
  if (facts.length > 0 && stated !== carried) {
    throw new PieceworkError(
      'counts-differ',
      `Piece ${piece.name} of ${source.kind} ${source.id}: the archive holds ${stated} rows, ${counts.rows} were written and ${counts.skipped ?? 0} skipped.`,
    )
  }
  if ((counts.skipped ?? 0) > 0 && work.findings.list().length === 0) {
    throw new PieceworkError(
      'counts-differ',
      `Piece ${piece.name} skipped ${counts.skipped} rows without a finding.`,
    )
  }
  return counts
}

/** What importers and cloners share beyond `pieceContext`. */
export function connection(work: AttemptContext, tx: Transaction) {
  return {
    tx,
    ...carriedKinds(work.lease.job),
    finding: (finding: NewFinding) => work.findings.add({ ...finding, piece: work.lease.node.piece ?? '' }),
  }
}
