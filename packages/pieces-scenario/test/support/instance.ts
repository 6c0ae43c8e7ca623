import {
  type ArtifactStore,
  createPiecework,
  type JobReport,
  memoryStore,
  type Piecework,
} from '@piecework/core'
import type { ResourceRef } from '@piecework/core/piece'
import { planningProject } from '@piecework/pieces-project'
import { planningScenario } from '@piecework/pieces-scenario'
import { inProcess } from '@piecework/runtime-inprocess'
import * as assert from 'uvu/assert'
import { type SharedRows, sharedRows } from './made-up-project.js'
import { type PlanningDatabase, planningDatabase } from './planning-database.js'

/** A host: a database of its own, with or without shared data, and a Piecework that is started. */
export interface Instance {
  readonly db: PlanningDatabase
  readonly piecework: Piecework
  readonly shared: SharedRows
  close(): Promise<void>
}

export async function instance(artifacts: ArtifactStore, fill = sharedRows): Promise<Instance> {
  const db = await planningDatabase()
  const piecework = createPiecework({
    packs: [planningProject(), planningScenario()],
    runtime: inProcess({ concurrency: 4 }),
    store: memoryStore({ database: db }),
    artifacts,
  })
  await piecework.start()
  const close = async () => {
    await piecework.stop()
    await db.close()
  }
  return { db, piecework, shared: await fill(db), close }
}

export const principal = { id: 'bo' }

export const projectRef = (id: string): ResourceRef => ({ kind: 'project', id })

/** Pieces that are for people and other programs only. */
export const forPeople: readonly string[] = [planningProject(), planningScenario()].flatMap(
  ({ pieces = [] }) => pieces.flatMap(({ name, exportOnly }) => (exportOnly ? name : [])),
)

/** The archive of a resource, as an import takes it, without what is for people only. */
export async function archiveOf(
  piecework: Piecework,
  resource: ResourceRef,
  without: readonly string[] = [],
) {
  const job = await piecework.export({ principal, resource, without: [...forPeople, ...without] })
  const { archive } = await job.result()
  return { artifact: archive?.artifact ?? '' }
}

export function succeeded({ job, findings }: JobReport): string {
  assert.is(job.outcome, 'succeeded', JSON.stringify([job.error, findings]))
  return job.target?.id ?? ''
}
