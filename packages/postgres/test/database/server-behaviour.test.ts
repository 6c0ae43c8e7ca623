import { fromKnex, fromPg } from '@piecework/postgres'
import { needsServer, scratchDatabase } from '@piecework/test-support'
import knexOf from 'knex'
import pg from 'pg'
import { suite } from 'uvu'
import { databaseBehaviour } from './behaviour.js'
import { binaryBehaviour } from './binary-behaviour.js'
import { copyBehaviour } from './copy-behaviour.js'
import { valueLaws } from './value-laws.js'

/** Settings of a host that must not show in what we read. */
const options =
  '-c TimeZone=Asia/Tokyo -c DateStyle=German -c extra_float_digits=-10 -c bytea_output=escape -c search_path=nowhere ' +
  '-c IntervalStyle=iso_8601 -c standard_conforming_strings=off -c default_transaction_read_only=on'

const adapters = {
  fromPg: (connectionString: string) => {
    const pool = new pg.Pool({ connectionString, max: 1, options })
    return { db: fromPg(pool), close: () => pool.end() }
  },
  fromKnex: (connectionString: string) => {
    const connection = { connectionString, options }
    const knex = knexOf({ client: 'pg', connection, pool: { min: 0, max: 1 } })
    return { db: fromKnex(knex), close: () => knex.destroy() }
  },
}

for (const [name, open] of Object.entries(adapters)) {
  const test = needsServer(suite(`${name}, one connection`))
  let opened: ReturnType<typeof open>
  let drop = async (): Promise<void> => {}
  test.before(async () => {
    const scratch = await scratchDatabase()
    drop = scratch.drop
    opened = open(scratch.url)
  })
  test.after(async () => {
    await opened.close()
    await drop()
  })
  databaseBehaviour(test, () => opened.db)
  copyBehaviour(test, () => opened.db)
  binaryBehaviour(test, () => opened.db)
  valueLaws(test, () => opened.db)
  test.run()
}
