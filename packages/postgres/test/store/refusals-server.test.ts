import { fromPg } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase, storeTemplate } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { refusalBehaviour, refusalsOfServers, refusalTables } from './refusal-behaviour.js'

const test = needsServer(suite('what a server refuses'))
let scratch: ScratchDatabase
let pool: pg.Pool

test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
  pool = new pg.Pool({ connectionString: scratch.url, max: 4 })
  pool.on('error', () => {})
  for (const sql of refusalTables) await pool.query(sql)
  await pool
    .query('CREATE ROLE nobody_there')
    .catch((error: { code?: string }) => (error.code === '42710' ? undefined : Promise.reject(error)))
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})
refusalBehaviour(test, () => fromPg(pool))
refusalBehaviour(test, () => fromPg(pool), refusalsOfServers)
test.run()
