import { createPiecework, memoryStore, type Pack, type Piecework } from '@piecework/core'
import type { Database } from '@piecework/core/piece'
import { legacyMarxanPack } from '@piecework/pieces-legacy'
import { planningProject } from '@piecework/pieces-project'
import { planningScenario } from '@piecework/pieces-scenario'
import { fromPg } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { planningTemplate } from '../end-to-end/support/host.js'

export interface PlanningHost {
  readonly piecework: Piecework
  readonly database: Database
  /** Another one over the same database, with this pack for folders. */
  beside(pack: Pack): Promise<Piecework>
  stop(): Promise<void>
}

/** A host with the planning tables in a database of its own. */
export async function planningHost(): Promise<PlanningHost> {
  const scratch = await scratchDatabase({ template: planningTemplate })
  const pool = new pg.Pool({ connectionString: scratch.url, max: 8 })
  const database = fromPg(pool)
  const started: Piecework[] = []
  const beside = async (pack: Pack) => {
    const piecework = createPiecework({
      packs: [planningProject(), planningScenario(), pack],
      runtime: inProcess(),
      store: memoryStore({ database }),
    })
    started.push(piecework)
    await piecework.start()
    return piecework
  }
  return {
    piecework: await beside(legacyMarxanPack()),
    database,
    beside,
    stop: async () => {
      await Promise.all(started.map((one) => one.stop({ drainMs: 10_000 })))
      await pool.end()
      await scratch.drop()
    },
  }
}
