import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { isPieceworkError } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import pg from 'pg'

/**
 * A worker whose heart does not beat: says that it has written, then, when it is told to go on, how its
 * attempt ended.
 */
const { url, job, leaseMs } = workerData as { url: string; job: string; leaseMs: number }
const port = parentPort
if (port) {
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  pool.on('error', () => {})
  const { attempts } = postgresStore({ database: fromPg(pool), leaseMs })
  const lease = await attempts.begin({ job, node: 'a', attempt: 1 }, 'silent')
  if (lease) {
    const told = once(port, 'message')
    const outcome = await attempts
      .run(lease, async (tx) => {
        await tx.query('INSERT INTO rows VALUES ($1, $2)', [job, 'silent'])
        port.postMessage('written')
        await told
        return {}
      })
      .then(
        () => 'committed',
        (error: unknown) => (isPieceworkError(error) ? error.code : String(error)),
      )
    port.postMessage(outcome)
  }
  await pool.end()
}
