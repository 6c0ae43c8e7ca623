import { fromPg } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase, storeTemplate } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { numberingBehaviour } from './numbering-behaviour.js'

const test = needsServer(suite('numbering on a server'))
let scratch: ScratchDatabase
let pool: pg.Pool

test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
  pool = new pg.Pool({ connectionString: scratch.url, max: 8 })
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})
numberingBehaviour(test, () => fromPg(pool))
test.run()
