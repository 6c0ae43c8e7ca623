import type { Database } from '@piecework/core/piece'
import { planningMigrations } from '@piecework/pieces-project'
import { scenarioMigrations } from '@piecework/pieces-scenario'
import { fromPg, migrate } from '@piecework/postgres'
import { scratchDatabase } from '@piecework/test-support'
import pg from 'pg'

export interface PlanningDatabase extends Database {
  close(): Promise<void>
}

/** A new database with all tables of the planning domain. */
export async function planningDatabase(): Promise<PlanningDatabase> {
  const scratch = await scratchDatabase({ template: { name: 'planning', prepare: makeTables } })
  const pool = new pg.Pool({ connectionString: scratch.url })
  // Dropping the database may meet connections that are still closing.
  pool.on('error', () => {})
  const database = fromPg(pool)
  return {
    query: (sql, values) => database.query(sql, values),
    transaction: (work, options) => database.transaction(work, options),
    close: async () => {
      await pool.end()
      await scratch.drop()
    },
  }
}

async function makeTables(url: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url })
  try {
    await migrate(fromPg(pool), [...planningMigrations, ...scenarioMigrations])
  } finally {
    await pool.end()
  }
}
