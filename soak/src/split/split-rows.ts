import { planningMigrations } from '@piecework/pieces-project'
import { scenarioMigrations, splitMigrations } from '@piecework/pieces-scenario'
import { fromPg, migrate, postgresStore } from '@piecework/postgres'
import { planningDatabases as databases } from '@piecework/test-support/fixtures/planning-databases.js'
import pg from 'pg'
import { tablesIn } from './pieces.js'
import { addServer, connected, copyRows, emptySql, importTables, withoutTriggers } from './rows-from.js'

/** Moves the tables of the second database there, with their rows, from the store's, which has all; each reads the other's. */
export async function splitRows(store: string, geo: string): Promise<void> {
  const migrations = [...planningMigrations, ...scenarioMigrations]
  await migrated(geo, async (database) => migrate(database, migrations))
  await connected(geo, async (client) => {
    await addServer(client, 'store', store)
    await importTables(client, 'store', tablesIn('geo'))
    await withoutTriggers(client, () => copyRows(client, 'store', tablesIn('geo')))
    await client.query('DROP SCHEMA tables_of_store CASCADE')
  })
  await connected(store, async (client) => {
    await addServer(client, 'geo', geo)
    await withoutTriggers(client, async () => void (await client.query(emptySql(tablesIn('geo')))))
  })
  await migrated(store, async (main) => {
    await migrate(main, [...migrations, ...splitMigrations({ databases })])
    await migrated(geo, async (other) => {
      await migrate(other, [...migrations, ...splitMigrations({ databases, here: 'geo' })])
      await postgresStore({ database: main, databases: { geo: other } }).migrate()
    })
  })
}

async function migrated(url: string, work: (database: ReturnType<typeof fromPg>) => Promise<unknown>) {
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  try {
    await pool.query('CREATE EXTENSION IF NOT EXISTS postgis')
    await work(fromPg(pool))
  } finally {
    await pool.end()
  }
}
