import type { Transaction } from '../contracts/database.js'
import type { Entries } from '../contracts/entries.js'
import { PieceworkError } from '../contracts/errors.js'
import type { NewFinding } from '../contracts/finding.js'
import type { Piece } from '../contracts/piece.js'
import type { PieceCounts } from '../contracts/piece-counts.js'
import type { ReplacedValue } from '../contracts/replaced-values.js'
import type { ResourceRef } from '../contracts/resource.js'
import { carriedKinds } from '../plan/carried-kinds.js'
import { newRefOf } from '../plan/new-ref-of.js'
import { inputNode } from '../requests/inputs.js'
import { type AttemptContext, pieceContext, type TaskRunner } from './attempt-context.js'
import { attemptIds } from './attempt-ids.js'
import { meteredEntries } from './metered-entries.js'
import { newFiles } from './new-files.js'
import { openSession } from './open-session.js'
import { statedRows } from './stated-rows.js'
import { keepSummary } from './verify.js'

export const importTask: TaskRunner = async (attempt) => {
  const { job, node } = attempt.lease
  const input = job.request.input
  const piece = input && attempt.registry.piece(input.format, node.piece ?? '')
  const { resource } = node
  if (!input || !piece || !resource) throw new PieceworkError('internal', `${node.id} cannot be imported.`)
  return attempt.inputs.use(job.id, input, attempt.signal, async (opened) => {
    const entries = meteredEntries(inputNode(opened, resource, piece.name).entries, attempt.bytes)
    return attempt.store.attempts.run(
      attempt.lease,
      async (tx) => ({
        counts: {
          ...(await importEntries(attempt, piece, resource, entries, tx)),
          bytes: attempt.bytes.total,
        },
        findings: attempt.findings.list(),
      }),
      { signal: attempt.signal },
    )
  })
}

/** Runs an importer, and holds its counts against what the manifest states, or the plan of a part. */
export async function importEntries(
  attempt: AttemptContext,
  piece: Piece,
  source: ResourceRef,
  entries: Entries,
  tx: Transaction,
): Promise<PieceCounts> {
  if (!piece.importer) throw new PieceworkError('internal', `Piece ${piece.name} cannot be imported.`)
  const { job, node } = attempt.lease
  const { part } = node
  await openSession(attempt, tx)
  const counts = await piece.importer.import({
    ...pieceContext(attempt, piece.name, newRefOf(attempt.registry, job, source)),
    ...connection(attempt, tx),
    ...(part && { part }),
    source,
    entries,
  })
  await keepSummary(attempt, piece, source, tx)
  const stated = part ? part.rows : statedRows(entries)
  if (stated !== undefined && stated !== counts.rows + (counts.skipped ?? 0)) {
    const what = part ? `part ${part.number} of the archive` : 'the archive'
    throw new PieceworkError(
      'counts-differ',
      `Piece ${piece.name} of ${source.kind} ${source.id}: ${what} holds ${stated} rows, ${counts.rows} were written and ${counts.skipped ?? 0} skipped.`,
    )
  }
  if ((counts.skipped ?? 0) > 0 && attempt.findings.list().length === 0) {
    throw new PieceworkError(
      'counts-differ',
      `Piece ${piece.name} skipped ${counts.skipped} rows without a finding.`,
    )
  }
  return counts
}

/** What importers and cloners share beyond `pieceContext`. */
export function connection(attempt: AttemptContext, tx: Transaction) {
  return {
    tx,
    ids: attemptIds(attempt, tx),
    ...carriedKinds(attempt.lease.job),
    finding: (finding: NewFinding) =>
      attempt.findings.add({ ...finding, piece: attempt.lease.node.piece ?? '' }),
    replaced: (values: readonly ReplacedValue[]) =>
      attempt.store.replacedValues.add(attempt.lease, values, tx),
    files: newFiles(attempt),
  }
}
