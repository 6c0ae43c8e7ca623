import { type ArtifactStore, createPiecework } from '@piecework/core'
import type { FileStore } from '@piecework/core/piece'
import { checkTables, fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import pg from 'pg'
import { notebookKind } from './notebook-kind.js'
import { cover, pages } from './pages.js'
import { stickers } from './stickers.js'

/** Piecework on a server, with its jobs in the application's own database. */
export async function openNotebooks(connectionString: string, scans: FileStore, artifacts: ArtifactStore) {
  const data = new pg.Pool({ connectionString, max: 10 })
  const control = new pg.Pool({ connectionString, max: 3 })
  // An idle connection may be ended; without a listener that ends the process.
  for (const pool of [data, control]) pool.on('error', (error) => console.error(error))
  const database = fromPg(data)
  const pieces = [cover, pages(scans), stickers]
  for (const { message, hint } of await checkTables(database, pieces)) console.warn(message, hint)
  const piecework = createPiecework({
    packs: [{ name: 'notebooks', kinds: [notebookKind], pieces }],
    store: postgresStore({ database, control: fromPg(control) }),
    artifacts,
    runtime: inProcess(),
  })
  await piecework.start()
  return {
    piecework,
    stop: async () => {
      await piecework.stop()
      await Promise.all([data.end(), control.end()])
    },
  }
}
