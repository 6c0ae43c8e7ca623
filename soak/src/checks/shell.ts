import type { Database } from '@piecework/core'
import { projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '@piecework/pieces-scenario'
import { type Problem, problem } from '../problem.js'

/** Law 3: nothing is visible that no job has finished. */
export async function nothingHalfMade(
  database: Database,
  known: readonly string[],
): Promise<readonly Problem[]> {
  const { rows } = await database.query<{ text: string }>(
    `SELECT 'project ' || id AS text FROM ${projectTables.projects} WHERE state <> 'incomplete' AND id <> ALL ($1::uuid[])
     UNION ALL
     SELECT 'scenario ' || id FROM ${scenarioTables.scenarios} WHERE state <> 'incomplete' AND project_id <> ALL ($1::uuid[])`,
    [known],
  )
  return rows.map(({ text }) => problem('left over', `${text} is visible, and no job has made it`))
}
