import assert from 'node:assert/strict'
import {
  type ArtifactStore,
  createPiecework,
  type JobHandle,
  type JobReport,
  memoryArtifacts,
  memoryStore,
  type Piecework,
} from '@piecework/core'
import type { Database } from '@piecework/core/piece'
import { type TenureProjectOptions, tenureMigrations, tenureProject } from '@piecework/pieces-tenure'
import { fromPg, migrate } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { scratchDatabase } from '@piecework/test-support'
import pg from 'pg'

export interface TenureDatabase {
  readonly db: Database
  close(): Promise<void>
}

const tenureTemplate = {
  name: 'tenure',
  prepare: async (url: string) => {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    await migrate(fromPg(pool), tenureMigrations)
    await pool.end()
  },
}

/** A database of a server with the tables of tenure projects, and Ana and Ben. */
export async function tenureDatabase(): Promise<TenureDatabase> {
  const scratch = await scratchDatabase({ template: tenureTemplate })
  const pool = new pg.Pool({ connectionString: scratch.url, max: 6 })
  // Dropping the database may meet connections that are still closing.
  pool.on('error', () => {})
  const db = fromPg(pool)
  await db.query(
    `INSERT INTO tenure.users (id, username) OVERRIDING SYSTEM VALUE VALUES (1, 'ana'), (2, 'ben')`,
  )
  return {
    db,
    close: async () => {
      await pool.end()
      await scratch.drop()
    },
  }
}

export const ana = { id: '1' }
export const ben = { id: '2' }

export interface TenureHost extends TenureDatabase {
  readonly piecework: Piecework
  readonly artifacts: ArtifactStore
  readonly files: ArtifactStore
}

/** A host of a database of its own. */
export async function tenureHost(
  options: Omit<TenureProjectOptions, 'files'> = {},
  keepsFiles = true,
): Promise<TenureHost> {
  const { db, close } = await tenureDatabase()
  const [artifacts, files] = [memoryArtifacts(), memoryArtifacts()]
  const piecework = createPiecework({
    packs: [tenureProject({ ...options, ...(keepsFiles && { files }) })],
    runtime: inProcess({ concurrency: 2 }),
    store: memoryStore({ database: db }),
    artifacts,
  })
  await piecework.start()
  return {
    db,
    piecework,
    artifacts,
    files,
    close: async () => {
      await piecework.stop()
      await close()
    },
  }
}

/** Throws with the report of a job that has not succeeded. */
export async function succeeded(job: Promise<JobHandle>): Promise<JobReport> {
  const report = await (await job).ended()
  assert.equal(report.job.outcome, 'succeeded', JSON.stringify([report.job.error, report.findings]))
  return report
}
