import { canTimeOut, type Database, type Job, type Limits } from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { admitThrottled } from './admission.js'
import { stopJob } from './stop-job.js'

/** The last batch is that of deliveries, if there are any. */
const notDelivering = `NOT (batch = batches - 1 AND jsonb_array_length(coalesce(request -> 'deliver', '[]')) > 0)`

export function postgresLimits(control: Database): Limits {
  return {
    admit: () => control.transaction((tx) => admitThrottled(tx, { lockTimeoutMs: 0, most: 0 })),
    expire: async () => {
      const { rows } = await control.query<{ id: string }>(
        `SELECT id FROM (
           SELECT id, deadline FROM piecework.jobs
           WHERE deadline <= piecework.now() AND outcome IS NULL AND status <> 'draft' AND ${notDelivering}
           UNION ALL
           SELECT id, deadline FROM piecework.jobs
           WHERE deadline <= piecework.now() AND outcome IS NOT NULL AND NOT stopped AND batch < batches
             AND NOT terminal AND ${notDelivering}
         ) overdue ORDER BY deadline LIMIT $1::int`,
        [defaults.expiredPerSweep],
      )
      const expired: Job[] = []
      for (const { id } of rows) {
        const job = await stopJob(control, id, canTimeOut, (remaining) => ({
          type: 'timed-out',
          remaining,
        }))
        if (job) expired.push(job)
      }
      return expired
    },
  }
}
