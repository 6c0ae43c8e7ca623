import type { Database } from '@piecework/core/piece'
import { fromPg } from '@piecework/postgres'
import pg from 'pg'
import { scratchDatabase } from './scratch-database.js'

export interface ScratchPostgis {
  readonly database: Database
  stop(): Promise<void>
}

/** A database with PostGIS for one test file. */
export async function scratchPostgis(): Promise<ScratchPostgis> {
  const scratch = await scratchDatabase()
  const pool = new pg.Pool({ connectionString: scratch.url, max: 2 })
  const database = fromPg(pool)
  await database.query('CREATE EXTENSION IF NOT EXISTS postgis')
  return {
    database,
    stop: async () => {
      await pool.end()
      await scratch.drop()
    },
  }
}
