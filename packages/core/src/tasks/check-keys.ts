import type { Transaction } from '../contracts/database.js'
import { carriedKinds } from '../plan/carried-kinds.js'
import { inDatabase } from '../plan/in-database.js'
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
  const { lease, registry, store } = attempt
  const { job } = lease
  for (const { piece, sources } of filled) {
    if (!piece.keys?.check) continue
    const resources = sources.map((source) => newRefOf(registry, job, source))
    const { check } = piece.keys
    // What is reserved is in the store's database.
    const ids = attemptIds(attempt, tx)
    await inDatabase(store, piece.database, tx, async (own) =>
      check({ resources, ids, tx: own, ...carriedKinds(job) }),
    )
  }
}
