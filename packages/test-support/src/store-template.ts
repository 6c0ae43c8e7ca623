import { fromPg, postgresStore } from '@piecework/postgres'
import pg from 'pg'
import type { ScratchTemplate } from './scratch-database.js'

/** With the tables of `postgresStore`: to make them costs more than to copy them. */
export const storeTemplate: ScratchTemplate = {
  name: 'store',
  prepare: async (url) => {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    try {
      await postgresStore({ database: fromPg(pool) }).migrate()
    } finally {
      await pool.end()
    }
  },
}
