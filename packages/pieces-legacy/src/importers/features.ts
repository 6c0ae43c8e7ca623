import type { PieceImporter } from '@piecework/core'
import { uuidExpression } from '@piecework/postgres'
import { expectAll } from './expect-all.js'
import { tellSkipped } from './skipped-rows.js'
import { stageAmounts, stageSpec } from './stage.js'
import { amountsWithoutUnit } from './without-unit.js'

/**
 * The features of spec.dat with the amounts of puvspr.dat as they were given. A feature's one geometry is the union of the planning
 * units that puvspr.dat lists for it; one without rows has none.
 */
export const featuresImporter: PieceImporter = {
  import: async (context) => {
    const { tx, ids, resource } = context
    const specRows = await stageSpec(context)
    const amountRows = await stageAmounts(context)
    const { rowCount: features } = await tx.query(
      `INSERT INTO planning.features (id, project_id, name, is_legacy, source)
       SELECT ${uuidExpression(ids.key('features'), 'id')}, $1::uuid, name, true, 'legacy_import' FROM legacy_spec`,
      [resource.id],
    )
    expectAll('spec.dat', specRows, features)
    const { rowCount: amounts } = await tx.query(
      `INSERT INTO planning.feature_amounts (feature_id, planning_unit_id, amount)
       SELECT spec.feature_id, unit.id, staged.amount
       FROM legacy_amounts AS staged
       JOIN (SELECT id, ${uuidExpression(ids.key('features'), 'id')} AS feature_id FROM legacy_spec OFFSET 0) AS spec
         ON spec.id = staged.species
       JOIN planning.planning_units AS unit ON unit.project_id = $1::uuid AND unit.puid = staged.pu`,
      [resource.id],
    )
    const skipped = await amountsWithoutUnit(tx, resource.id)
    expectAll('puvspr.dat', amountRows, amounts, skipped)
    tellSkipped(context, 'puvspr.dat', skipped)
    await tx.query(
      `UPDATE planning.features AS feature SET amount_min = amounts.min, amount_max = amounts.max
       FROM (SELECT feature_id, min(amount), max(amount) FROM planning.feature_amounts
             JOIN planning.features ON id = feature_id WHERE project_id = $1::uuid GROUP BY feature_id) AS amounts
       WHERE feature.id = amounts.feature_id`,
      [resource.id],
    )
    await tx.query(
      `INSERT INTO planning.feature_geometries (id, feature_id, geom)
       SELECT ${uuidExpression(ids.key('feature_geometries'), 'amount.feature_id')}, amount.feature_id, ST_CollectionExtract(ST_Union(unit.geom), 3)
       FROM planning.features AS feature
       JOIN planning.feature_amounts AS amount ON amount.feature_id = feature.id
       JOIN planning.planning_units AS unit ON unit.id = amount.planning_unit_id
       WHERE feature.project_id = $1::uuid
       GROUP BY amount.feature_id`,
      [resource.id],
    )
    return { rows: features + amounts, skipped }
  },
}
