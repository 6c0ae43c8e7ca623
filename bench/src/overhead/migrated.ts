import { fromPg, postgresStore } from '@piecework/postgres'
import { Pool } from 'pg'

/** Makes the store's tables. */
export async function migrated(url: string): Promise<void> {
  const pool = new Pool({ connectionString: url, max: 1 })
  try {
    await postgresStore({ database: fromPg(pool) }).migrate()
  } finally {
    await pool.end()
  }
}
