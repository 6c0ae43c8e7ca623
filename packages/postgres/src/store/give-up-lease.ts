import type { Database, JobError, Lease } from '@piecework/core/store'
import { jsonText } from './json-text.js'
import { leaseKey } from './lease.js'

/**
 * Of an attempt that cannot be recorded as failed, for the database in which it works does not answer: the report says
 * why, and the next worker takes the lease over once it does. `uncounted`: no worker has died, whoever takes it over.
 */
export async function giveUpLease(
  control: Database,
  lease: Lease,
  error: JobError,
  uncounted: boolean,
): Promise<void> {
  await control.query(
    `UPDATE piecework.nodes SET error = $4::jsonb, revision = revision + 1, lease_until = piecework.now(),
       crashes = crashes - $5::int
     WHERE job_id = $1 AND id = $2 AND fence = $3::bigint AND status = 'running'`,
    [...leaseKey(lease), jsonText(error), uncounted ? 1 : 0],
  )
}
