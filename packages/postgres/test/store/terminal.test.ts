import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { isTerminal } from '@piecework/core'
import type { Database, JobStatus } from '@piecework/core/store'
import { postgresStore } from '@piecework/postgres'
import { suite } from 'uvu'
import { scratchEmbedded } from '../scratch-embedded.js'
import { exportJob } from './sample.js'

const test = suite('terminal statuses')

/** Complete by its type. */
const statuses: Readonly<Record<JobStatus, true>> = {
  draft: true,
  pending: true,
  submitted: true,
  running: true,
  ending: true,
  delivering: true,
  succeeded: true,
  failed: true,
  cancelled: true,
}

let db: Database & { close(): Promise<void> }

test.before(async () => {
  db = await scratchEmbedded()
})
test.after(() => db.close())

test('the column of the jobs table and the function of core name the same statuses', async () => {
  const store = postgresStore({ database: db })
  await store.migrate()
  const { id } = await store.jobs.create(exportJob(randomUUID()))
  for (const status of Object.keys(statuses) as JobStatus[]) {
    const { rows } = await db.query<{ terminal: boolean }>(
      'UPDATE piecework.jobs SET status = $2 WHERE id = $1 RETURNING terminal',
      [id, status],
    )
    assert.equal(rows[0]?.terminal, isTerminal(status), status)
  }
})

test('a database that runs in the process refuses a changed migration too', async () => {
  await db.query("UPDATE piecework.migrations SET checksum = 'another'")
  await assert.rejects(postgresStore({ database: db }).migrate(), /piecework\/0001-store was changed/)
})

test.run()
