import { fromPg, postgresStore } from '@piecework/postgres'
import { needsServer, scratchDatabase, storeTemplate } from '@piecework/test-support'
import { guardLaws, jobStoreLaws } from '@piecework/testkit'
import pg from 'pg'
import { suite } from 'uvu'

const test = needsServer(suite('store on a server'))

let close = async (): Promise<void> => {}
let made: ReturnType<typeof fromPg>
let control: ReturnType<typeof fromPg>

test.before(async () => {
  const scratch = await scratchDatabase({ template: storeTemplate })
  const pools = [8, 4].map((max) => new pg.Pool({ connectionString: scratch.url, max }))
  for (const pool of pools) pool.on('error', () => {})
  const [data, small] = pools as [pg.Pool, pg.Pool]
  made = fromPg(data)
  control = fromPg(small)
  close = async () => {
    await Promise.all(pools.map((pool) => pool.end()))
    await scratch.drop()
  }
})
test.after(() => close())

jobStoreLaws(test, { make: ({ leaseMs }) => postgresStore({ database: made, control, leaseMs }), sql: true })
guardLaws(test, {
  make: async () => {
    await control.query('DELETE FROM piecework.holds')
    return postgresStore({ database: made, control }).guard
  },
})

test.run()
