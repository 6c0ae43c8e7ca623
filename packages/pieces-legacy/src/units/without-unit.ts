import type { Queryable } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'

/** Staged rows of pu.dat without a planning unit in the grid. */
export const puWithoutUnit = (tx: Queryable, project: string): Promise<number> =>
  withoutUnit(tx, 'legacy_pu', 'id', project)

/** Staged rows of puvspr.dat without a planning unit in the grid. */
export const amountsWithoutUnit = (tx: Queryable, project: string): Promise<number> =>
  withoutUnit(tx, 'legacy_amounts', 'pu', project)

async function withoutUnit(tx: Queryable, table: string, column: string, project: string): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM ${table} AS staged
     WHERE NOT EXISTS (SELECT FROM ${projectTables.planning_units} AS unit
                       WHERE unit.project_id = $1::uuid AND unit.puid = staged.${column})`,
    [project],
  )
  return rows[0]?.count ?? 0
}
