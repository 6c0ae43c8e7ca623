import {
  type ArtifactStore,
  createPiecework,
  type Database,
  fileArtifacts,
  type Piecework,
  PieceworkError,
} from '@piecework/core'
import { embedded } from '@piecework/embedded'
import { legacyMarxanPack } from '@piecework/pieces-legacy'
import { planningMigrations, planningProject } from '@piecework/pieces-project'
import { planningScenario, scenarioMigrations } from '@piecework/pieces-scenario'
import { fromPg, migrate, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { Pool } from 'pg'

export interface DemoHost {
  readonly piecework: Piecework
  readonly database: Database
  readonly artifacts: ArtifactStore
  /** For people: the embedded database, or the database that was created on the server. */
  readonly where: string
  close(): Promise<void>
}

/**
 * A host with the planning packs, on the embedded database or in a new database on a server, which is dropped
 * at the end.
 */
export async function openHost(artifactsDir: string, serverUrl: string | undefined): Promise<DemoHost> {
  const { database, control, where, close } = serverUrl ? await onServer(serverUrl) : await onEmbedded()
  try {
    const store = postgresStore({ database, control })
    await store.migrate()
    await migrate(database, [...planningMigrations, ...scenarioMigrations])
    const artifacts = fileArtifacts(artifactsDir)
    const piecework = createPiecework({
      packs: [planningProject(), planningScenario(), legacyMarxanPack()],
      store,
      artifacts,
      runtime: inProcess({ concurrency: 2 }),
    })
    await piecework.start()
    return {
      piecework,
      database,
      artifacts,
      where,
      close: async () => {
        await piecework.stop()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function onEmbedded() {
  const database = await embedded()
  return { database, control: database, where: 'the embedded database', close: () => database.close() }
}

async function onServer(url: string) {
  const name = `piecework_demo_${process.pid}_${Date.now()}`
  const server = new Pool({ connectionString: url, max: 1 })
  await server.query(`CREATE DATABASE ${name}`).catch(async (cause: Error) => {
    await server.end()
    throw new PieceworkError('database', `No database can be created with DATABASE_URL: ${cause.message}.`, {
      cause,
    })
  })
  const own = new URL(url)
  own.pathname = `/${name}`
  const pool = new Pool({ connectionString: own.href, max: 4 })
  // Progress and cancel never wait for data.
  const control = new Pool({ connectionString: own.href, max: 2 })
  return {
    database: fromPg(pool),
    control: fromPg(control),
    where: `database ${name} on ${own.host}`,
    close: async () => {
      await Promise.all([pool.end(), control.end()])
      // The server waits for connections that are just being closed.
      await server.query(`DROP DATABASE ${name}`)
      await server.end()
    },
  }
}
