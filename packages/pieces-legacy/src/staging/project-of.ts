import { PieceworkError, type Queryable } from '@piecework/core/piece'
import { scenarioTables } from '@piecework/pieces-scenario'

/** Id of a scenario's project. Throws `resource-not-found`. */
export async function projectOf(tx: Queryable, scenario: string): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    `SELECT project_id::text AS id FROM ${scenarioTables.scenarios} WHERE id = $1`,
    [scenario],
  )
  if (!rows[0]) throw new PieceworkError('resource-not-found', `There is no scenario ${scenario}`)
  return rows[0].id
}
