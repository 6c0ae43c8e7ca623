import { createPiecework, memoryStore, type Piecework } from '@piecework/core'
import type { Database } from '@piecework/core/piece'
import { legacyMarxanPack } from '@piecework/pieces-legacy'
import { planningMigrations, planningProject } from '@piecework/pieces-project'
import { planningScenario, scenarioMigrations } from '@piecework/pieces-scenario'
import { fromPg, migrate } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { scratchDatabase } from '@piecework/test-support'
import pg from 'pg'

export interface PlanningHost {
  readonly piecework: Piecework
  readonly database: Database
  stop(): Promise<void>
}

/** A host with the planning tables in a database of its own. */
export async function planningHost(): Promise<PlanningHost> {
  const scratch = await scratchDatabase()
  const pool = new pg.Pool({ connectionString: scratch.url, max: 8 })
  const database = fromPg(pool)
  await migrate(database, [...planningMigrations, ...scenarioMigrations])
  const piecework = createPiecework({
    packs: [planningProject(), planningScenario(), legacyMarxanPack()],
    runtime: inProcess(),
    store: memoryStore({ database }),
  })
  await piecework.start()
  return {
    piecework,
    database,
    stop: async () => {
      await piecework.stop({ drainMs: 10_000 })
      await pool.end()
      await scratch.drop()
    },
  }
}
