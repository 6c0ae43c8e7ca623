import type { Database } from '@piecework/core/store'
import { fromPg } from '@piecework/postgres'
import { scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { notesTables } from './notes.js'

/** A database of its own for one test file. */
export interface NotesDatabase {
  readonly db: Database
  /** The same database as another role. */
  as(role: string): { readonly db: Database; close(): Promise<void> }
  close(): Promise<void>
}

export async function notesDatabase(): Promise<NotesDatabase> {
  const scratch = await scratchDatabase()
  const pool = new pg.Pool({ connectionString: scratch.url })
  await pool.query(notesTables)
  return {
    db: fromPg(pool),
    as: (role) => {
      const url = new URL(scratch.url)
      url.username = role
      const own = new pg.Pool({ connectionString: url.href })
      return { db: fromPg(own), close: () => own.end() }
    },
    close: async () => {
      await pool.end()
      await scratch.drop()
    },
  }
}
