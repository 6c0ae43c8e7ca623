import type { Queryable } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'

/** Rows of a staged table whose `column` is not the id of a planning unit of the project's grid. */
export async function countWithoutUnit(
  tx: Queryable,
  table: string,
  column: string,
  project: string,
): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM ${table} AS staged
     WHERE NOT EXISTS (SELECT FROM ${projectTables.planning_units} AS unit
                       WHERE unit.project_id = $1::uuid AND unit.puid = staged.${column})`,
    [project],
  )
  return rows[0]?.count ?? 0
}
