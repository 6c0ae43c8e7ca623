import type { JobReport, ResourceRef } from '@piecework/core'
import { projectTables } from '@piecework/pieces-project'
import { delivers, type SoakJob } from './place.js'
import type { Scene } from './scene.js'
import { watcher } from './watcher.js'

/** Deletes what the job has made as a host does. */
export async function tidy(
  { host, sources }: Pick<Scene, 'host' | 'sources'>,
  kind: SoakJob,
  report: JobReport | undefined,
): Promise<void> {
  const { piecework, database } = host
  // What is delivered once more was made before, whether or not that was refused.
  if (kind === 'export' || delivers(kind)) return piecework.forget(sources.project, watcher)
  const job = report?.job
  if (!job) return
  const forget = async (resource: ResourceRef) => {
    await database.query(`DELETE FROM ${projectTables.projects} WHERE id = $1`, [resource.id])
    await piecework.forget(resource, watcher)
  }
  if (job.result.resource) await forget(job.result.resource)
  else if (kind === 'legacy import' && job.target) await (await piecework.draft(job.target, watcher)).delete()
}
