import type { ImportContext, PieceCounts } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { uuidExpression } from '@piecework/postgres'
import { assertRowCount } from '../staging/assert-row-count.js'
import { reportSkippedRows } from '../staging/report-skipped-rows.js'
import { countWithoutUnit } from '../units/count-without-unit.js'
import { stagePuvspr } from './stage-puvspr.js'

/**
 * The amounts of puvspr.dat as given, for the features of the staged table `legacy_spec`, and their range by
 * feature.
 */
export async function insertAmounts(context: ImportContext<unknown>): Promise<Required<PieceCounts>> {
  const { tx, ids, resource } = context
  const parsed = await stagePuvspr(context)
  const { rowCount: rows } = await tx.query(
    `INSERT INTO ${projectTables.feature_amounts} (feature_id, planning_unit_id, amount)
     SELECT spec.feature_id, unit.id, staged.amount
     FROM legacy_amounts AS staged
     JOIN (SELECT id, ${uuidExpression(ids.key('features'), 'id')} AS feature_id FROM legacy_spec OFFSET 0) AS spec
       ON spec.id = staged.species
     JOIN ${projectTables.planning_units} AS unit ON unit.project_id = $1::uuid AND unit.puid = staged.pu`,
    [resource.id],
  )
  const skipped = await countWithoutUnit(tx, 'legacy_amounts', 'pu', resource.id)
  assertRowCount('puvspr.dat', parsed, rows, skipped)
  reportSkippedRows(context, 'puvspr.dat', skipped)
  await tx.query(
    `UPDATE ${projectTables.features} AS feature SET amount_min = amounts.min, amount_max = amounts.max
     FROM (SELECT feature_id, min(amount), max(amount) FROM ${projectTables.feature_amounts}
           JOIN ${projectTables.features} ON id = feature_id WHERE project_id = $1::uuid GROUP BY feature_id) AS amounts
     WHERE feature.id = amounts.feature_id`,
    [resource.id],
  )
  return { rows, skipped }
}
