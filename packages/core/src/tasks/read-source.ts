import type { Transaction } from '../contracts/database.js'
import type { MomentRead } from '../contracts/moments.js'
import type { AttemptContext } from './attempt-context.js'
import { openSession } from './open-session.js'

/** Runs `work` in a read-only snapshot: that of the job if it is an export, else one of its own. */
export async function readSource<T>(
  attempt: AttemptContext,
  work: (tx: Transaction) => Promise<T>,
): Promise<MomentRead<T>> {
  const { store, lease, signal } = attempt
  const opened = async (tx: Transaction): Promise<T> => {
    await openSession(attempt, tx)
    return work(tx)
  }
  if (store.moments && lease.job.kind === 'export') return store.moments.read(lease, opened, { signal })
  return { value: await store.database.transaction(opened, { readOnly: true, signal }) }
}
