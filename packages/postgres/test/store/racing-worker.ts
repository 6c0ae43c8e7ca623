import { once } from 'node:events'
import { isPieceworkError } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import pg from 'pg'
import { exportJob } from './sample.js'

/** What one of many racing processes requests, all at once. */
export interface Race {
  readonly url: string
  readonly requests: number
  /** Claims of this project; absent: jobs of this principal, of which three may be under way. */
  readonly project?: string
  readonly principal?: string
  readonly whenFull?: 'wait' | 'refuse'
}

/** Sends `ready`; then, after the next message, the number of each outcome. */
async function race({ url, requests, project, principal = '', whenFull = 'wait' }: Race): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 3 })
  const { guard, jobs } = postgresStore({ database: fromPg(pool) })
  const limit = { jobs: 3, whenFull }
  const request = async (n: number): Promise<string> => {
    if (project === undefined) {
      const create = () => jobs.create({ ...exportJob(), principal: { id: principal }, limit })
      const job = await create().catch((error: unknown) =>
        isLockTimeout(error) ? undefined : Promise.reject(error),
      )
      if (!job) return request(n)
      return job.throttled ? 'waits' : 'admitted'
    }
    await guard.claim([n % 2 === 0 ? project : `${project}/scenario:${n}`], {
      id: `${process.pid}`,
      kind: 'run',
    })
    return 'admitted'
  }
  await pool.query('SELECT')
  const started = once(process, 'message')
  process.send?.('ready')
  await started
  const outcomes = await Promise.allSettled(Array.from({ length: requests }, (_, n) => request(n)))
  const counts: Record<string, number> = {}
  for (const outcome of outcomes) {
    const { reason } = outcome as PromiseRejectedResult
    const name =
      outcome.status === 'fulfilled' ? outcome.value : isPieceworkError(reason) ? reason.code : String(reason)
    counts[name] = (counts[name] ?? 0) + 1
  }
  await pool.end()
  process.send?.(counts)
  process.disconnect()
}

/**
 * On a busy machine other requests of the principal may keep one waiting for too long; it may be tried again.
 */
const isLockTimeout = (error: unknown): boolean =>
  isPieceworkError(error, 'too-many-jobs') && error.facts.running === undefined

await race(JSON.parse(process.argv[2] ?? '') as Race)
