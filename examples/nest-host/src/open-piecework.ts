import { createPiecework, type Database, fileArtifacts, type Piecework } from '@piecework/core'
import { embedded } from '@piecework/embedded'
import { fromPg, migrate, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { Pool } from 'pg'
import { ownerPolicy } from './owner-policy'
import { planPack, tables } from './plan-pack'

export interface Opened {
  readonly piecework: Piecework
  readonly database: Database
  /** Ends the work of this process, then its connections. */
  close(): Promise<void>
}

/** `databaseUrl`: of a server; without one, in memory. */
export async function openPiecework(databaseUrl: string | undefined, files: string): Promise<Opened> {
  const { database, control, end } = databaseUrl ? onServer(databaseUrl) : await inMemory()
  const store = postgresStore({ database, control })
  await store.migrate()
  await migrate(database, [{ name: 'plans/0001-plans', sql: tables }])
  const piecework = createPiecework({
    packs: [planPack],
    store,
    artifacts: fileArtifacts(files),
    runtime: inProcess(),
    access: ownerPolicy(database),
  })
  await piecework.start()
  return {
    piecework,
    database,
    close: async () => {
      await piecework.stop()
      await end()
    },
  }
}

function onServer(connectionString: string) {
  // A connection that breaks while no one uses it must not end the process.
  const told = ({ message }: Error): void => console.error(message)
  const pool = new Pool({ connectionString }).on('error', told)
  // Progress and cancel never wait for data.
  const control = new Pool({ connectionString, max: 2 }).on('error', told)
  const end = async (): Promise<void> => {
    await Promise.all([pool.end(), control.end()])
  }
  return { database: fromPg(pool), control: fromPg(control), end }
}

async function inMemory() {
  const database = await embedded()
  return { database, control: database, end: () => database.close() }
}
