import type { Transaction } from '../contracts/database.js'
import { carriedKinds } from '../plan/carried-kinds.js'
import { newRefOf } from '../plan/new-ref-of.js'
import type { AttemptContext } from './attempt-context.js'
import { attemptIds } from './attempt-ids.js'
import type { FilledPiece } from './filled-pieces.js'

/** Asks the pieces of a job that has numbers of sequences. Throws `keys-exhausted` before anything is made. */
export async function checkKeys(
  attempt: AttemptContext,
  filled: readonly FilledPiece[],
  tx: Transaction,
): Promise<void> {
  const { lease, registry } = attempt
  const { job } = lease
  const ids = attemptIds(attempt, tx)
  for (const { piece, sources } of filled) {
    if (!piece.keys?.check) continue
    const resources = sources.map((source) => newRefOf(registry, job, source))
    await piece.keys.check({ resources, ids, tx, ...carriedKinds(job) })
  }
}
