import { randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import {
  createPiecework,
  type ExportRequest,
  type JobReport,
  memoryArtifacts,
  memoryStore,
  type Piecework,
} from '@piecework/core'
import { artifactSource, openArchive } from '@piecework/core/archive'
import type { Database } from '@piecework/core/piece'
import { planningMigrations, planningProject } from '@piecework/pieces-project'
import { fromPg, migrate } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { scratchDatabase } from '@piecework/test-support'
import pg from 'pg'

export interface Exported {
  readonly report: JobReport
  /** Key of the archive. */
  readonly artifact: string
  /** The piece's entries by path. */
  readonly entries: ReadonlyMap<string, Buffer>
}

export interface Host {
  readonly db: Database
  readonly piecework: Piecework
  /** Makes an empty project. */
  project(): Promise<string>
  export(project: string, request?: Pick<ExportRequest, 'without' | 'options'>): Promise<Exported>
  close(): Promise<void>
}

export const principal = { id: 'ana' }
export const projectRef = (id: string) => ({ kind: 'project', id })

const planningTemplate = {
  name: 'planning_project',
  prepare: async (url: string) => {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    await migrate(fromPg(pool), planningMigrations)
    await pool.end()
  },
}

/** A host with a database of its own. */
export async function host(): Promise<Host> {
  const scratch = await scratchDatabase({ template: planningTemplate })
  const pool = new pg.Pool({ connectionString: scratch.url })
  // Dropping the database may meet connections that are still closing.
  pool.on('error', () => {})
  const db = fromPg(pool)
  const artifacts = memoryArtifacts()
  const piecework = createPiecework({
    packs: [planningProject()],
    runtime: inProcess({ concurrency: 2 }),
    store: memoryStore({ database: db }),
    artifacts,
  })
  await piecework.start()
  return {
    db,
    piecework,
    project: async () => {
      const id = randomUUID()
      await db.query(`INSERT INTO planning.projects (id, name, owner_id) VALUES ($1, 'Reefs', 'ana')`, [id])
      return id
    },
    export: async (project, request = {}) => {
      const job = await piecework.export({ principal, resource: projectRef(project), ...request })
      const report = await job.ended()
      if (report.job.outcome !== 'succeeded') throw new Error(JSON.stringify(report.job.error))
      const artifact = report.job.result.archive?.artifact ?? ''
      const archive = await openArchive(await artifactSource(artifacts, artifact))
      const node = { resource: projectRef(project), name: 'project/geodata' }
      const read = archive.entries(node)
      const entries = new Map<string, Buffer>()
      for (const path of read.paths) entries.set(path, await buffer(read.open(path)))
      await archive.close()
      return { report, artifact, entries }
    },
    close: async () => {
      await piecework.stop()
      await pool.end()
      await scratch.drop()
    },
  }
}
