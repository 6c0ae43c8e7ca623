import { type Database, PieceworkError } from '@piecework/core/store'
import { terminateOtherBackend } from '../attempt-lock.js'

/** A node, and the least fence that may commit from now on. */
interface Raised {
  readonly job: string
  readonly node: string
  readonly fence: number
}

/**
 * Ends the backend that works on the node in this database, and commits the fence: an attempt with a lower one finds it
 * before it writes. What was committed before stays, with its result. Throws a `database` error that can be retried if
 * the backend does not exit.
 */
export const raiseFence = (database: Database, { job, node, fence }: Raised): Promise<void> =>
  database.transaction(async (tx) => {
    if (!('embedded' in database) && !(await terminateOtherBackend(tx, job, node)))
      throw new PieceworkError('database', `The backend that works on ${node} does not exit.`, {
        retryable: true,
      })
    await tx.query(
      `INSERT INTO piecework.attempts AS a (job_id, node_id, fence) VALUES ($1, $2, $3::bigint)
       ON CONFLICT (job_id, node_id) DO UPDATE SET fence = greatest(a.fence, excluded.fence)`,
      [job, node, fence],
    )
  })
