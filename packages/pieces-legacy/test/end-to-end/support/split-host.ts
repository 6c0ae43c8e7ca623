import { type ArtifactStore, createPiecework, memoryArtifacts } from '@piecework/core'
import type { Database } from '@piecework/core/piece'
import { legacyMarxanPack } from '@piecework/pieces-legacy'
import { planningMigrations, planningProject } from '@piecework/pieces-project'
import { planningScenario, scenarioMigrations, splitMigrations } from '@piecework/pieces-scenario'
import { fromPg, migrate, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { postgresServer, scratchDatabase } from '@piecework/test-support'
import { planningDatabases as databases } from '@piecework/test-support/fixtures/planning-databases.js'
import pg from 'pg'
import type { Host } from './host.js'

/** Where the two databases are. */
export interface SplitUrls {
  readonly store: string
  readonly geo: string
}

export interface SplitDatabases {
  readonly urls: SplitUrls
  drop(): Promise<void>
}

/** A database of the run's server and one of a server of its own, which asks for a password; they read each other's tables. */
export async function splitDatabases(): Promise<SplitDatabases> {
  const [store, server] = await Promise.all([
    scratchDatabase({ template: { name: 'planning', prepare: makeTables } }),
    postgresServer({ password: "a password's %40 \\" }),
  ])
  const urls = { store: store.url, geo: server.url }
  const drop = async () => {
    await store.drop()
    await server.remove()
  }
  try {
    await makeTables(urls.geo)
    await splitTables(urls)
    return { urls, drop }
  } catch (error) {
    await drop()
    throw error
  }
}

async function makeTables(url: string): Promise<void> {
  const pool = poolOf(url, 1)
  try {
    await pool.query('CREATE EXTENSION IF NOT EXISTS postgis')
    await migrate(fromPg(pool), [...planningMigrations, ...scenarioMigrations])
  } finally {
    await pool.end()
  }
}

/** What both need beside their tables: the tables of the other one, and those of the store. */
export async function splitTables({ store, geo }: SplitUrls): Promise<void> {
  const pools = [poolOf(store, 2), poolOf(geo, 2)] as const
  try {
    const [main, other] = [fromPg(pools[0]), fromPg(pools[1])]
    await pools[0].query(serverSql('geo', geo))
    await pools[1].query(serverSql('store', store))
    const base = [...planningMigrations, ...scenarioMigrations]
    await migrate(main, [...base, ...splitMigrations({ databases })])
    await migrate(other, [...base, ...splitMigrations({ databases, here: 'geo' })])
    await postgresStore({ database: main, databases: { geo: other } }).migrate()
  } finally {
    for (const pool of pools) await pool.end()
  }
}

function serverSql(name: string, url: string): string {
  const { hostname, port, pathname, username, password } = new URL(url)
  const text = (value: string) => pg.escapeLiteral(decodeURIComponent(value))
  return `CREATE EXTENSION IF NOT EXISTS postgres_fdw;
    CREATE SERVER ${name} FOREIGN DATA WRAPPER postgres_fdw
      OPTIONS (host ${text(hostname)}, port ${text(port || '5432')}, dbname ${text(pathname.slice(1))});
    CREATE USER MAPPING FOR CURRENT_USER SERVER ${name}
      OPTIONS (user ${text(username)}${password ? `, password ${text(password)}` : ''})`
}

export interface SplitHost extends Host {
  readonly geo: Database
}

export interface SplitHostOptions {
  readonly artifacts?: ArtifactStore
  readonly leaseMs?: number
}

/** One process's Piecework over both. */
export async function splitHost(urls: SplitUrls, options: SplitHostOptions = {}): Promise<SplitHost> {
  const { artifacts = memoryArtifacts(), leaseMs } = options
  const pools = [poolOf(urls.store, 6), poolOf(urls.geo, 6), poolOf(urls.store, 4)] as const
  const [database, geo, control] = [fromPg(pools[0]), fromPg(pools[1]), fromPg(pools[2])]
  const piecework = createPiecework({
    packs: [planningProject({ databases }), planningScenario({ databases }), legacyMarxanPack({ databases })],
    store: postgresStore({
      database,
      control,
      databases: { geo },
      ...(leaseMs !== undefined && { leaseMs }),
    }),
    artifacts,
    runtime: inProcess({ concurrency: 4 }),
    backoffMs: 20,
    ...(leaseMs !== undefined && { heartbeatMs: leaseMs / 5, sweepMs: leaseMs / 3 }),
  })
  await piecework.start()
  return {
    piecework,
    database,
    geo,
    artifacts,
    stop: async () => {
      await piecework.stop({ drainMs: 10_000 })
      for (const pool of pools) await pool.end()
    },
  }
}

function poolOf(url: string, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max })
  pool.on('error', () => {})
  return pool
}
