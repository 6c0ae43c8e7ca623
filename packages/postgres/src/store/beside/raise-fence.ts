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
    // A worker that has raised it before may have taken the node over, and work on it by now.
    const isRaised = async (): Promise<boolean> => {
      const sql = `SELECT FROM piecework.attempts WHERE job_id = $1 AND node_id = $2 AND fence >= $3::bigint`
      return (await tx.query(sql, [job, node, fence])).rowCount === 1
    }
    if (await isRaised()) return
    if (!('embedded' in database) && !(await terminateOtherBackend(tx, job, node, isRaised)))
      throw new PieceworkError('database', `The backend that works on ${node} does not exit.`, {
        retryable: true,
      })
    await tx.query(
      `INSERT INTO piecework.attempts AS a (job_id, node_id, fence) VALUES ($1, $2, $3::bigint)
       ON CONFLICT (job_id, node_id) DO UPDATE SET fence = greatest(a.fence, excluded.fence)`,
      [job, node, fence],
    )
  })
