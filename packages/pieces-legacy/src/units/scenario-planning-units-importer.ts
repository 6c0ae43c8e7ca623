import type { PieceImporter } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '@piecework/pieces-scenario'
import { uuidExpression } from '@piecework/postgres'
import { assertRowCount } from '../staging/assert-row-count.js'
import { projectOf } from '../staging/project-of.js'
import { reportSkippedRows } from '../staging/report-skipped-rows.js'
import { countWithoutUnit } from './count-without-unit.js'
import { stagePu } from './stage-pu.js'

/** Lock status, cost and location of each planning unit from pu.dat. */
export const scenarioPlanningUnitsImporter: PieceImporter = {
  import: async (context) => {
    const { tx, ids, resource } = context
    const project = await projectOf(tx, resource.id)
    const parsed = await stagePu(context)
    const { rowCount } = await tx.query(
      `INSERT INTO ${scenarioTables.scenario_planning_units}
         (id, scenario_id, planning_unit_id, lock_status, in_starting_reserve, lock_set_by_user, cost, xloc, yloc)
       SELECT ${uuidExpression(ids.key('scenario_planning_units'), 'pu.id')}, $1::uuid, unit.id,
              CASE pu.status WHEN 2 THEN 'locked_in' WHEN 3 THEN 'locked_out' ELSE 'available' END,
              pu.status = 1, pu.status IN (2, 3), pu.cost, pu.xloc, pu.yloc
       FROM legacy_pu AS pu
       JOIN ${projectTables.planning_units} AS unit ON unit.project_id = $2::uuid AND unit.puid = pu.id`,
      [resource.id, project],
    )
    const skipped = await countWithoutUnit(tx, 'legacy_pu', 'id', project)
    assertRowCount('pu.dat', parsed, rowCount, skipped)
    reportSkippedRows(context, 'pu.dat', skipped)
    return { rows: rowCount, skipped }
  },
}
