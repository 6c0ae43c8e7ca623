import type { Database } from '@piecework/core'
import { embedded } from '@piecework/embedded'
import { imageryMigrations } from '@piecework/pieces-imagery'
import { fromPg, migrate } from '@piecework/postgres'
import { scratchDatabase } from '@piecework/test-support'
import { openPool } from '../planning-server/open-pool.js'

/** With the tables of imagery: in the process, or one of its own on a server, dropped at the end. */
export async function openDatabase(
  url: string | undefined,
): Promise<{ readonly db: Database; close(): Promise<void> }> {
  if (!url) {
    const db = await embedded()
    await migrate(db, imageryMigrations)
    return { db, close: () => db.close() }
  }
  const scratch = await scratchDatabase({ url })
  const pool = openPool(scratch.url, 6)
  const db = fromPg(pool)
  await migrate(db, imageryMigrations)
  return {
    db,
    close: async () => {
      await pool.end()
      await scratch.drop()
    },
  }
}
