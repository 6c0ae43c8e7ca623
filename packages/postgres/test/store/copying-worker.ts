import { setTimeout as sleep } from 'node:timers/promises'
import { isPieceworkError } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import pg from 'pg'
import { copied, rowsOf } from './copied-rows.js'

/** A process in the middle of a COPY: says so, then how its attempt ended. */
const [url = '', job = '', leaseMs = ''] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: url, max: 2 })
pool.on('error', () => {})
const { attempts } = postgresStore({ database: fromPg(pool), leaseMs: Number(leaseMs) })
const lease = await attempts.begin({ job, node: 'a', attempt: 1 }, 'copying')
if (lease) {
  const rows = rowsOf(job, async (chunk) => {
    if (chunk === 20) process.send?.('copying')
    if (chunk >= 20) await sleep(20)
  })
  const outcome = await attempts
    .run(lease, async (tx) => ({ counts: { rows: await tx.copyIn(copied, rows) } }))
    .then(
      () => 'committed',
      (error: unknown) => (isPieceworkError(error) ? error.code : String(error)),
    )
  process.send?.(outcome)
}
await pool.end()
