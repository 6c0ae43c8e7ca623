import type { Transaction } from '../contracts/database.js'
import type { MomentRead } from '../contracts/moments.js'
import { databaseOf } from '../plan/in-database.js'
import type { AttemptContext } from './attempt-context.js'
import { openSession } from './open-session.js'

/**
 * Runs `work` in a read-only snapshot of the piece's database: of the store's that of the job if it is an export, else
 * one of its own.
 */
export async function readSource<T>(
  attempt: AttemptContext,
  { database }: { readonly database?: string | undefined },
  work: (tx: Transaction) => Promise<T>,
): Promise<MomentRead<T>> {
  const { store, lease, signal } = attempt
  const opened = async (tx: Transaction): Promise<T> => {
    await openSession(attempt, tx, database)
    return work(tx)
  }
  if (store.moments && database === undefined && lease.job.kind === 'export')
    return store.moments.read(lease, opened, { signal })
  return { value: await databaseOf(store, database).transaction(opened, { readOnly: true, signal }) }
}
