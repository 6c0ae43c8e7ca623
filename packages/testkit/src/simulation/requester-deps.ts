import type { Piecework } from '@piecework/core'
import { type Database, isTerminal, type Job, type Store } from '@piecework/core/store'
import type { DraftState } from './draft-state.js'
import type { RequestRecords } from './request-records.js'
import type { Rights } from './rights.js'
import type { SimulatedProcess } from './simulated-process.js'
import type { SimulationPlan } from './simulation-plan.js'
import type { World } from './world.js'

export interface RequesterDeps {
  readonly world: World
  readonly plan: SimulationPlan
  readonly piecework: Piecework
  readonly process: SimulatedProcess
  /** The host's own, which no fault meets. */
  readonly database: Database
  /** The same. */
  readonly store: Store
  readonly records: RequestRecords
  readonly rights: Rights
  readonly books: readonly string[]
  readonly draft: DraftState
}

/** All may see all. */
export const anyone = { id: 'anyone' }

export const ignore = (): undefined => undefined

/** Asks until the job is terminal. */
export async function ended({ piecework, process }: RequesterDeps, id: string): Promise<Job> {
  for (;;) {
    const report = await piecework.job(id, { principal: anyone }).catch(ignore)
    if (report && isTerminal(report.job.status)) return report.job
    await process.sleep(700)
  }
}
