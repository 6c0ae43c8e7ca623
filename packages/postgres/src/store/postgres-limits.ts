import type { Database, Job, Limits } from '@piecework/core'
import { admitWaiting } from './admission.js'
import { applyEvent, lockJob } from './job-row.js'
import { skipWaiting } from './skip-waiting.js'

export function postgresLimits(control: Database): Limits {
  const expire = (id: string): Promise<Job | undefined> =>
    control.transaction(async (tx) => {
      const locked = await lockJob(tx, id)
      const { outcome, status } = locked.job
      if (outcome !== undefined || status === 'preparing') return undefined
      return applyEvent(tx, locked, { type: 'timed-out', remaining: await skipWaiting(tx, locked.job) })
    })
  return {
    admit: async () => {
      const { rows } = await control.query<{ principal: string }>(
        `SELECT DISTINCT principal ->> 'id' AS principal FROM piecework.jobs WHERE waiting AND status = 'pending'`,
      )
      const admitted: Job[] = []
      for (const { principal } of rows) {
        admitted.push(...(await control.transaction((tx) => admitWaiting(tx, principal, 0))))
      }
      return admitted
    },
    expire: async () => {
      const { rows } = await control.query<{ id: string }>(
        `SELECT id FROM piecework.jobs
         WHERE deadline <= clock_timestamp() AND outcome IS NULL AND status <> 'preparing'
         ORDER BY deadline LIMIT 100`,
      )
      const expired: Job[] = []
      for (const { id } of rows) {
        const job = await expire(id)
        if (job) expired.push(job)
      }
      return expired
    },
  }
}
