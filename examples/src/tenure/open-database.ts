import type { Database } from '@piecework/core'
import { embedded } from '@piecework/embedded'
import { tenureMigrations } from '@piecework/pieces-tenure'
import { fromPg, migrate } from '@piecework/postgres'
import { scratchDatabase } from '@piecework/test-support'
import { openPool } from '../planning-server/open-pool.js'

/** With the tables of tenure projects: in the process, or one of its own on a server, dropped at the end. */
export async function openDatabase(
  serverUrl: string | undefined,
): Promise<{ readonly db: Database; close(): Promise<void> }> {
  const opened = serverUrl ? await onServer(serverUrl) : await inProcess()
  await migrate(opened.db, tenureMigrations)
  return opened
}

async function inProcess() {
  const db = await embedded()
  return { db, close: () => db.close() }
}

async function onServer(url: string) {
  const scratch = await scratchDatabase({ url })
  const pool = openPool(scratch.url, 6)
  return {
    db: fromPg(pool),
    close: async () => {
      await pool.end()
      await scratch.drop()
    },
  }
}
