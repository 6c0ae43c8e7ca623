import type { Database, Job, Limits } from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { admitThrottled } from './admission.js'
import { stopJob } from './stop-job.js'

export function postgresLimits(control: Database): Limits {
  return {
    admit: () => control.transaction((tx) => admitThrottled(tx, { lockTimeoutMs: 0, most: 0 })),
    expire: async () => {
      const { rows } = await control.query<{ id: string }>(
        `SELECT id FROM (
           SELECT id, deadline FROM piecework.jobs
           WHERE deadline <= piecework.now() AND outcome IS NULL AND status <> 'draft'
           UNION ALL
           SELECT id, deadline FROM piecework.jobs
           WHERE deadline <= piecework.now() AND outcome IS NOT NULL AND NOT stopped AND batch < batches
             AND NOT terminal
         ) overdue ORDER BY deadline LIMIT $1::int`,
        [defaults.expiredPerSweep],
      )
      const expired: Job[] = []
      for (const { id } of rows) {
        const job = await stopJob(control, id, (remaining) => ({ type: 'timed-out', remaining }))
        if (job) expired.push(job)
      }
      return expired
    },
  }
}
