import type { Database, JobReport, ResourceRef } from '@piecework/core'
import { planningSchema, projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '@piecework/pieces-scenario'
import { delivers, type SoakJob } from './place.js'
import type { Scene } from './scene.js'
import { watcher } from './watcher.js'

/** Deletes what the job has made as a host does. */
export async function tidy(
  { host, sources }: Pick<Scene, 'host' | 'sources'>,
  kind: SoakJob,
  report: JobReport | undefined,
): Promise<void> {
  const { piecework, database, geo } = host
  // What is delivered once more was made before, whether or not that was refused.
  if (kind === 'export' || delivers(kind)) return piecework.forget(sources.project, watcher)
  const job = report?.job
  if (!job) return
  const forget = async (resource: ResourceRef) => {
    if (geo) await removeRows(geo, resource.id)
    await database.query(`DELETE FROM ${projectTables.projects} WHERE id = $1`, [resource.id])
    await piecework.forget(resource, watcher)
  }
  if (job.result.resource) await forget(job.result.resource)
  else if (kind === 'legacy import' && job.target) await (await piecework.draft(job.target, watcher)).delete()
}

/** What no foreign key deletes, for the project is in another database. */
async function removeRows(geo: Database, project: string): Promise<void> {
  const { rows } = await geo.query<{ table: string; column: string }>(
    `SELECT c.oid::regclass::text AS table, a.attname::text AS column FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = $1::text::regnamespace AND c.relkind = 'r' AND a.attname IN ('project_id', 'scenario_id')`,
    [planningSchema],
  )
  for (const { table, column } of rows)
    await geo.query(
      column === 'project_id'
        ? `DELETE FROM ${table} WHERE project_id = $1`
        : `DELETE FROM ${table} WHERE scenario_id IN (SELECT id FROM ${scenarioTables.scenarios} WHERE project_id = $1)`,
      [project],
    )
}
