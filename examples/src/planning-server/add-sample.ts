import { findMarxanFiles, marxanUploads } from '@piecework/marxan-files'
import { projectTables } from '@piecework/pieces-project'
import type { PlanningHost } from './open-host.js'

/** Gives ann the sample as a project, unless there is a project already. */
export async function addSample({ piecework, database }: PlanningHost, folder: string): Promise<void> {
  const { rows } = await database.query(`SELECT FROM ${projectTables.projects} LIMIT 1`)
  if (rows.length > 0) return
  const job = await piecework.import({
    format: 'legacy-marxan',
    uploads: await marxanUploads(await findMarxanFiles(folder)),
    name: 'Tasmania',
    principal: { id: 'ann' },
  })
  await job.result()
}
