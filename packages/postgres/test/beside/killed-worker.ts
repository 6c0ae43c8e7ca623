import { createPiecework, memoryArtifacts } from '@piecework/core'
import type { Database } from '@piecework/core/store'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import pg from 'pg'
import { livedThrough } from './dying.js'
import { goals, plan, samplePlan, shapes } from './plans.js'

/**
 * A process to be killed: it clones plans, one after the other, and stands still with each in front of another statement or COMMIT of
 * the hand-over, from the first statement in the second database to the end of the job. Tells the jobs when one had no further statement.
 */
const [, , mainUrl = '', geoUrl = ''] = process.argv
const pools = [mainUrl, geoUrl].map((url) => new pg.Pool({ connectionString: url, max: 45 }))
const [main, geo] = pools.map((pool) => fromPg(pool)) as [Database, Database]

/** The id of a clone's job, when it stands in front of that statement or has ended. */
async function standing(statement: number): Promise<{ readonly job: string; readonly ended: boolean }> {
  let statements = 0
  let begun = false
  let stand = (): void => {}
  const stands = new Promise<void>((resolve) => {
    stand = resolve
  })
  const stepped = (database: Database) =>
    livedThrough(database, {
      step: (sql) => {
        begun ||= database === geo && sql?.includes('INSERT INTO piecework.attempts') === true
        // What the piece sends is one step, up to the COMMIT.
        if (!begun || (sql !== 'COMMIT' && !/ piecework\.\w/.test(sql ?? ''))) return undefined
        statements += 1
        if (statements < statement) return undefined
        stand()
        return new Promise(() => {})
      },
    })
  const piecework = createPiecework({
    packs: [{ name: 'plan', kinds: [plan], pieces: [goals, shapes] }],
    store: postgresStore({
      database: stepped(main),
      databases: { geo: stepped(geo) },
      // Nobody else comes before the end of this process.
      leaseMs: 600_000,
    }),
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
    heartbeatMs: 100_000,
    sweepMs: 600_000,
  })
  await piecework.start()
  const resource = await samplePlan({ main, geo })
  const job = await piecework.clone({ resource, principal: { id: 'ann' } })
  await Promise.race([stands, job.ended()])
  const { rows } = await main.query<{ ended: boolean }>(
    'SELECT terminal AS ended FROM piecework.jobs WHERE id = $1',
    [job.id],
  )
  return { job: job.id, ended: rows[0]?.ended === true }
}

const jobs: string[] = []
for (let ended = false; !ended; ) {
  const next = await standing(jobs.length + 1)
  jobs.push(next.job)
  ended = next.ended
}
process.send?.(jobs)
