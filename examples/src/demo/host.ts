import {
  type ArtifactStore,
  createPiecework,
  type Database,
  fileArtifacts,
  type Piecework,
} from '@piecework/core'
import { legacyMarxanPack } from '@piecework/pieces-legacy'
import { planningMigrations, planningProject } from '@piecework/pieces-project'
import { planningScenario, scenarioMigrations } from '@piecework/pieces-scenario'
import { embedded, fromPg, migrate, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { Pool } from 'pg'

export interface DemoHost {
  readonly piecework: Piecework
  readonly database: Database
  readonly artifacts: ArtifactStore
  /** `embedded`, or the name of the database that was made on the server. */
  readonly where: string
  close(): Promise<void>
}

/** A host with the planning packs: on the embedded database, or in a database of its own on a server, dropped at the end. */
export async function openHost(artifactsDir: string, serverUrl: string | undefined): Promise<DemoHost> {
  const { database, where, close } = serverUrl ? await onServer(serverUrl) : await onEmbedded()
  try {
    const store = postgresStore({ database })
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
  return { database, where: 'the embedded database', close: () => database.close() }
}

async function onServer(url: string) {
  const name = `piecework_demo_${process.pid}_${Date.now()}`
  const server = new Pool({ connectionString: url, max: 1 })
  await server.query(`CREATE DATABASE ${name}`)
  const own = new URL(url)
  own.pathname = `/${name}`
  const pool = new Pool({ connectionString: own.href, max: 8 })
  return {
    database: fromPg(pool),
    where: `database ${name} on ${own.host}`,
    close: async () => {
      await pool.end()
      // The server waits for connections that are just being closed.
      await server.query(`DROP DATABASE ${name}`)
      await server.end()
    },
  }
}
