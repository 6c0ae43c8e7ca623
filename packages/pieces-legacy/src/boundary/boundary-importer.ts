import type { PieceImporter } from '@piecework/core/piece'
import { pluralize } from '@piecework/marxan-files'
import { projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '@piecework/pieces-scenario'
import { assertRowCount } from '../staging/assert-row-count.js'
import { projectOf } from '../staging/project-of.js'
import { reportSkippedRows } from '../staging/report-skipped-rows.js'
import { stageBound } from './stage-bound.js'

/**
 * The boundary lengths of bound.dat, if it was uploaded: one row for each pair of units, the lower id first,
 * with the sum of the pair's rows in the file.
 */
export const boundaryImporter: PieceImporter = {
  import: async (context) => {
    const { tx, resource, entries } = context
    if (!entries.paths.includes('bound.dat')) return { rows: 0 }
    const project = await projectOf(tx, resource.id)
    const parsed = await stageBound(context)
    const { rows } = await tx.query<{ inserted: number; placed: number }>(
      `WITH placed AS MATERIALIZED (
         SELECT one.id AS one, other.id AS other, boundary
         FROM legacy_bound
         JOIN ${projectTables.planning_units} AS one ON one.project_id = $2::uuid AND one.puid = least(id1, id2)
         JOIN ${projectTables.planning_units} AS other ON other.project_id = $2::uuid AND other.puid = greatest(id1, id2)
       ), inserted AS (
         INSERT INTO ${scenarioTables.boundary_lengths} (scenario_id, planning_unit_id, other_planning_unit_id, length)
         SELECT $1::uuid, one, other, sum(boundary ORDER BY boundary) FROM placed GROUP BY one, other
         RETURNING 1
       )
       SELECT (SELECT count(*) FROM inserted)::integer AS inserted, (SELECT count(*) FROM placed)::integer AS placed`,
      [resource.id, project],
    )
    const { inserted = 0, placed = 0 } = rows[0] ?? {}
    const added = placed - inserted
    const skipped = parsed - placed
    assertRowCount('bound.dat', parsed, inserted, added + skipped)
    reportSkippedRows(context, 'bound.dat', skipped)
    if (added > 0)
      context.finding({
        severity: 'warning',
        code: 'legacy/boundaries-added',
        file: 'bound.dat',
        message: `${pluralize(added, 'row of bound.dat was', 'rows of bound.dat were')} added to other rows of the same two planning units`,
        count: added,
      })
    return { rows: inserted, skipped: added + skipped }
  },
}
