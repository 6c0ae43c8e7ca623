import type { ImportContext, PieceImporter } from '@piecework/core/piece'
import { pluralize } from '@piecework/marxan-files'
import { projectTables } from '@piecework/pieces-project'
import { uuidExpression } from '@piecework/postgres'
import { assertRowCount } from '../staging/assert-row-count.js'
import { tellSkipped } from '../staging/skipped-rows.js'
import { stageAmounts, stageSpec } from '../staging/stage.js'
import { amountsWithoutUnit } from '../units/without-unit.js'
import { unionSql } from './union-sql.js'

/** `union`: a feature's one geometry is the union of the planning units that puvspr.dat lists for it; one without rows has none. */
export type FeatureGeometry = 'union' | 'none'

interface FeaturesOptions {
  readonly geometry: FeatureGeometry
}

/** The features of spec.dat with the amounts of puvspr.dat as they were given. */
export const featuresImporter: PieceImporter<FeaturesOptions> = {
  import: async (context) => {
    const { tx, ids, resource } = context
    const specRows = await stageSpec(context)
    const amountRows = await stageAmounts(context)
    const { rowCount: features } = await tx.query(
      `INSERT INTO ${projectTables.features} (id, project_id, name, is_legacy, source)
       SELECT ${uuidExpression(ids.key('features'), 'id')}, $1::uuid, name, true, 'legacy_import' FROM legacy_spec`,
      [resource.id],
    )
    assertRowCount('spec.dat', specRows, features)
    const { rowCount: amounts } = await tx.query(
      `INSERT INTO ${projectTables.feature_amounts} (feature_id, planning_unit_id, amount)
       SELECT spec.feature_id, unit.id, staged.amount
       FROM legacy_amounts AS staged
       JOIN (SELECT id, ${uuidExpression(ids.key('features'), 'id')} AS feature_id FROM legacy_spec OFFSET 0) AS spec
         ON spec.id = staged.species
       JOIN ${projectTables.planning_units} AS unit ON unit.project_id = $1::uuid AND unit.puid = staged.pu`,
      [resource.id],
    )
    const skipped = await amountsWithoutUnit(tx, resource.id)
    assertRowCount('puvspr.dat', amountRows, amounts, skipped)
    tellSkipped(context, 'puvspr.dat', skipped)
    await tx.query(
      `UPDATE ${projectTables.features} AS feature SET amount_min = amounts.min, amount_max = amounts.max
       FROM (SELECT feature_id, min(amount), max(amount) FROM ${projectTables.feature_amounts}
             JOIN ${projectTables.features} ON id = feature_id WHERE project_id = $1::uuid GROUP BY feature_id) AS amounts
       WHERE feature.id = amounts.feature_id`,
      [resource.id],
    )
    if (context.options.geometry === 'union') await insertUnions(context)
    else tellMissing(context, features)
    return { rows: features + amounts, skipped }
  },
}

/** Of the least number of features that together have as many units: what one statement makes, and a cancelled one wastes. */
const statementUnits = 50_000

/** Feature by feature, so that the database holds the units of one at a time. */
async function insertUnions({
  tx,
  ids,
  resource,
  signal,
  progress,
}: ImportContext<FeaturesOptions>): Promise<void> {
  const { rows: features } = await tx.query<{ id: string; units: number }>(
    `SELECT feature_id::text AS id, count(*)::integer AS units FROM ${projectTables.feature_amounts}
     JOIN ${projectTables.features} ON id = feature_id WHERE project_id = $1::uuid GROUP BY feature_id ORDER BY feature_id`,
    [resource.id],
  )
  for (let at = 0; at < features.length; ) {
    const group: string[] = []
    for (let units = 0; at < features.length && units < statementUnits; at += 1) {
      const feature = features[at] as (typeof features)[number]
      group.push(feature.id)
      units += feature.units
    }
    signal.throwIfAborted()
    await tx.query(
      `INSERT INTO ${projectTables.feature_geometries} (id, feature_id, geom)
       SELECT ${uuidExpression(ids.key('feature_geometries'), 'feature.id')}, feature.id, shape.geom
       FROM unnest($1::uuid[]) AS feature (id) CROSS JOIN LATERAL (
         ${unionSql(`SELECT unit.geom FROM ${projectTables.feature_amounts} AS amount
           JOIN ${projectTables.planning_units} AS unit ON unit.id = amount.planning_unit_id
           WHERE amount.feature_id = feature.id`)}
       ) AS shape`,
      [group],
    )
    progress(at, features.length)
  }
}

function tellMissing({ finding }: ImportContext<FeaturesOptions>, features: number): void {
  if (features > 0)
    finding({
      severity: 'warning',
      code: 'legacy/features-without-geometry',
      file: 'puvspr.dat',
      message: `${pluralize(features, 'feature has', 'features have')} no geometry: the import was asked to leave it out`,
      hint: 'Amounts, targets and results do not need it; maps and exported shapefiles lack these features.',
      count: features,
    })
}
