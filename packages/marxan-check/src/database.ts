import { memoryStore } from '@piecework/core'
import { type Database, PieceworkError } from '@piecework/core/piece'
import { fromPg } from '@piecework/postgres'
import { defaults } from './defaults.js'

/** Runs `work` with a server, or, without an address, with a database that refuses every query. */
export async function withDatabase<T>(
  url: string | undefined,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  if (url === undefined) return work(memoryStore().database)
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: defaults.connectMs })
  // A connection that breaks while it is idle fails the next query.
  pool.on('error', () => {})
  try {
    const database = fromPg(pool)
    await database.query('SELECT postgis_lib_version()').catch((cause: unknown) => {
      throw new PieceworkError(
        'database',
        `The database cannot be asked, or has no PostGIS: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      )
    })
    return await work(database)
  } finally {
    await pool.end()
  }
}
