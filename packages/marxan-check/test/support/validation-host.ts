import { type ArtifactStore, createPiecework, memoryArtifacts, type Piecework } from '@piecework/core'
import type { Database } from '@piecework/core/piece'
import { legacyMarxanPack } from '@piecework/pieces-legacy'
import { planningMigrations, planningProject } from '@piecework/pieces-project'
import { planningScenario, scenarioMigrations } from '@piecework/pieces-scenario'
import { fromPg, migrate, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { scratchDatabase } from '@piecework/test-support'
import pg from 'pg'

/** A host that validates Marxan projects as jobs. */
export interface ValidationHost {
  /** Of its database. */
  readonly url: string
  readonly piecework: Piecework
  readonly database: Database
  readonly artifacts: ArtifactStore
  stop(): Promise<void>
}

const validationTemplate = {
  name: 'validation_host',
  prepare: async (url: string) => {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    const database = fromPg(pool)
    await postgresStore({ database }).migrate()
    await migrate(database, [...planningMigrations, ...scenarioMigrations])
    await pool.end()
  },
}

export async function validationHost(): Promise<ValidationHost> {
  const scratch = await scratchDatabase({ template: validationTemplate })
  const pool = new pg.Pool({ connectionString: scratch.url, max: 6 })
  const database = fromPg(pool)
  const store = postgresStore({ database })
  const artifacts = memoryArtifacts()
  const piecework = createPiecework({
    packs: [planningProject(), planningScenario(), legacyMarxanPack()],
    store,
    artifacts,
    runtime: inProcess(),
  })
  await piecework.start()
  return {
    url: scratch.url,
    piecework,
    database,
    artifacts,
    stop: async () => {
      await piecework.stop({ drainMs: 10_000 })
      await pool.end()
      await scratch.drop()
    },
  }
}
