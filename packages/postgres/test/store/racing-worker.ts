import { isPieceworkError } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import pg from 'pg'
import { exportJob } from './sample.js'

/** What one of many racing processes requests, all at once. */
export interface Race {
  readonly requests: number
  /** Claims of this project; absent: jobs of this principal, of which three may be under way. */
  readonly project?: string
  readonly principal?: string
  readonly whenFull?: 'wait' | 'refuse'
}

const pool = new pg.Pool({ connectionString: process.argv[2], max: 3 })
const { guard, jobs } = postgresStore({ database: fromPg(pool) })

/** The number of each outcome. */
async function race({ requests, project, principal = '', whenFull = 'wait' }: Race) {
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
  const outcomes = await Promise.allSettled(Array.from({ length: requests }, (_, n) => request(n)))
  const counts: Record<string, number> = {}
  for (const outcome of outcomes) {
    const { reason } = outcome as PromiseRejectedResult
    const name =
      outcome.status === 'fulfilled' ? outcome.value : isPieceworkError(reason) ? reason.code : String(reason)
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/**
 * On a busy machine other requests of the principal may keep one waiting for too long; it may be tried again.
 */
const isLockTimeout = (error: unknown): boolean =>
  isPieceworkError(error, 'too-many-jobs') && error.facts.running === undefined

process.on('message', async (asked: Race) => process.send?.(await race(asked)))
await pool.query('SELECT')
process.send?.('ready')
