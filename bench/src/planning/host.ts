import { createPiecework, fileArtifacts, type Pack, type Piecework } from '@piecework/core'
import type { Runtime } from '@piecework/core/store'
import { planningMigrations, planningProject } from '@piecework/pieces-project'
import { planningScenario, scenarioMigrations } from '@piecework/pieces-scenario'
import { fromPg, migrate, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { Pool } from 'pg'

export const project = { kind: 'project', id: '00000000-0000-4000-8000-000000000001' }
export const principal = { id: 'bench' }

export const planningPacks: readonly Pack[] = [planningProject(), planningScenario()]

/** What is written for people takes no part: no peer and no import has it. */
export const forPeople: readonly string[] = planningPacks
  .flatMap(({ pieces = [] }) => pieces)
  .filter(({ exportOnly }) => exportOnly)
  .map(({ name }) => name)

/** Makes all tables. */
export async function prepare(url: string): Promise<void> {
  const pool = new Pool({ connectionString: url, max: 2 })
  try {
    const database = fromPg(pool)
    await postgresStore({ database }).migrate()
    await migrate(database, [...planningMigrations, ...scenarioMigrations])
  } finally {
    await pool.end()
  }
}

/** Runs `work` with a Piecework over the tables of one database. */
export async function withHost<T>(
  url: string,
  folder: string,
  work: (piecework: Piecework) => Promise<T>,
  packs = planningPacks,
  runtime: Runtime = inProcess({ concurrency: 2 }),
): Promise<T> {
  const pool = new Pool({ connectionString: url, max: 6 })
  const controlPool = new Pool({ connectionString: url, max: 2 })
  // A cancelled statement's connection may still be closing when its database is dropped.
  for (const one of [pool, controlPool]) one.on('error', () => undefined)
  const store = postgresStore({ database: fromPg(pool), control: fromPg(controlPool) })
  const piecework = createPiecework({
    packs,
    store,
    artifacts: fileArtifacts(folder),
    runtime,
  })
  await piecework.start()
  try {
    return await work(piecework)
  } finally {
    await piecework.stop()
    await pool.end()
    await controlPool.end()
  }
}
