import { createPiecework, type Database, fileArtifacts, type Piecework } from '@piecework/core'
import { embedded } from '@piecework/embedded'
import { legacyMarxanPack } from '@piecework/pieces-legacy'
import { planningMigrations, planningProject } from '@piecework/pieces-project'
import { planningScenario, scenarioMigrations } from '@piecework/pieces-scenario'
import { fromPg, migrate, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { redisRuntime } from '@piecework/runtime-redis'
import { openPool } from './open-pool.js'
import { peoplePolicy } from './people-policy.js'
import type { Servers } from './settings.js'

export interface PlanningHost {
  readonly piecework: Piecework
  readonly database: Database
  /** Ends the work of this process, then its connections. */
  close(): Promise<void>
}

/** Attempts of a process that has died are taken over after this time, in ms. */
const leaseMs = 10_000

/** On the servers, with other processes; without them on the embedded database, alone. `files` is a folder that all of them see. */
export async function openHost(files: string, servers: Servers | undefined): Promise<PlanningHost> {
  const { database, control, runtime, end } = servers ? onServers(servers) : await onEmbedded()
  const store = postgresStore({ database, control, leaseMs })
  await store.migrate()
  await migrate(database, [...planningMigrations, ...scenarioMigrations])
  const piecework = createPiecework({
    packs: [planningProject(), planningScenario(), legacyMarxanPack()],
    store,
    artifacts: fileArtifacts(files),
    runtime,
    access: peoplePolicy(database),
    limits: { archiveBytes: 2 ** 30 },
    perPrincipal: { jobs: 10, whenFull: 'wait' },
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

function onServers({ databaseUrl, redisUrl }: Servers) {
  const pool = openPool(databaseUrl, 4)
  // Progress and cancel never wait for data.
  const control = openPool(databaseUrl, 2)
  // One queue is for one database.
  const queue = `planning-${new URL(databaseUrl).pathname.slice(1)}`
  return {
    database: fromPg(pool),
    control: fromPg(control),
    runtime: redisRuntime({ connection: redisUrl, queue, concurrency: 2 }),
    end: async (): Promise<void> => {
      await Promise.all([pool.end(), control.end()])
    },
  }
}

async function onEmbedded() {
  const database = await embedded()
  const runtime = inProcess({ concurrency: 2 })
  return { database, control: database, runtime, end: () => database.close() }
}
