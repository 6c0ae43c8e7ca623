import { type ArtifactStore, createPiecework, memoryArtifacts, type Piecework } from '@piecework/core'
import type { Database } from '@piecework/core/piece'
import type { Runtime, Store } from '@piecework/core/store'
import { embedded } from '@piecework/embedded'
import { planningMigrations, planningProject } from '@piecework/pieces-project'
import { planningScenario, scenarioMigrations } from '@piecework/pieces-scenario'
import { fromPg, migrate, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { packInParts } from '../../importers/pack-in-parts.js'

/** A database with the tables of the store and of the planning domain. */
export interface HostDatabase {
  readonly url: string
  readonly database: Database
  drop(): Promise<void>
}

export interface Host {
  readonly piecework: Piecework
  readonly database: Database
  readonly artifacts: ArtifactStore
  stop(): Promise<void>
}

export interface HostOptions {
  readonly artifacts?: ArtifactStore
  readonly leaseMs?: number
  /** Default: in this process, four at once. */
  readonly runtime?: Runtime
  /** Absent: true. */
  readonly started?: false
  /** Of puvspr.dat, for each part that makes unions. Default: they are made as a whole. */
  readonly partBytes?: number
}

/** Tables of the store and of the planning domain. */
export const planningTemplate = { name: 'planning_host', prepare: makeTables }

export async function hostDatabase(): Promise<HostDatabase> {
  const scratch = await scratchDatabase({ template: planningTemplate })
  const pool = poolOf(scratch.url, 3)
  return {
    url: scratch.url,
    database: fromPg(pool),
    drop: async () => {
      await pool.end()
      await scratch.drop()
    },
  }
}

/** One process's Piecework over a database; its pools are its own. */
export async function hostOn({ url }: { readonly url: string }, options: HostOptions = {}): Promise<Host> {
  const [data, control] = [poolOf(url, 6, 'data'), poolOf(url, 4, 'control')]
  const { leaseMs = 30_000 } = options
  const store = postgresStore({ database: fromPg(data), control: fromPg(control), leaseMs })
  return hostOver(store, options, async () => {
    await Promise.all([data.end(), control.end()])
  })
}

/** A host on an embedded database of its own. */
export async function embeddedHost(options: HostOptions = {}): Promise<Host> {
  const database = await embedded()
  const store = postgresStore({ database })
  await store.migrate()
  await migrate(database, [...planningMigrations, ...scenarioMigrations])
  return hostOver(store, options, () => database.close())
}

async function hostOver(store: Store, options: HostOptions, close: () => Promise<void>): Promise<Host> {
  const {
    artifacts = memoryArtifacts(),
    runtime = inProcess({ concurrency: 4 }),
    started,
    partBytes = 'whole',
    leaseMs,
  } = options
  const piecework = createPiecework({
    packs: [planningProject(), planningScenario(), packInParts(partBytes)],
    store,
    artifacts,
    runtime,
    backoffMs: 20,
    // Sweeps take a tenth of the server's time if they are frequent: only where a process dies.
    ...(leaseMs !== undefined && { heartbeatMs: 200, sweepMs: 500 }),
  })
  if (started !== false) await piecework.start()
  return {
    piecework,
    database: store.database,
    artifacts,
    stop: async () => {
      await piecework.stop({ drainMs: 10_000 })
      await close()
    },
  }
}

function poolOf(url: string, max: number, name = 'test'): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max, application_name: name })
  // A connection that is ended on purpose is no news.
  pool.on('error', () => {})
  return pool
}

async function makeTables(url: string): Promise<void> {
  const pool = poolOf(url, 2)
  try {
    const database = fromPg(pool)
    await postgresStore({ database }).migrate()
    await migrate(database, [...planningMigrations, ...scenarioMigrations])
  } finally {
    await pool.end()
  }
}
