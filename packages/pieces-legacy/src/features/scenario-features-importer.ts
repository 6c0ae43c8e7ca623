import type { PieceImporter } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '@piecework/pieces-scenario'
import { uuidExpression } from '@piecework/postgres'
import { assertRowCount } from '../staging/assert-row-count.js'
import { stageSpec } from './stage-spec.js'

/**
 * The targets of spec.dat, the amounts of the project's features, and the same targets as a specification.
 */
export const scenarioFeaturesImporter: PieceImporter = {
  import: async (context) => {
    const { tx, ids, resource } = context
    const parsed = await stageSpec(context)
    const { rowCount: features } = await tx.query(
      `INSERT INTO ${scenarioTables.scenario_features}
         (id, scenario_id, feature_id, marxan_id, type, prop, target, fpf, target2, targetocc, sepnum, sepdistance)
       SELECT ${uuidExpression(ids.key('scenario_features'), 'spec.id')}, $1::uuid, feature.id, spec.id, spec.type,
              CASE WHEN spec.prop IS NOT NULL THEN spec.prop
                   WHEN spec.target = 0 THEN 0
                   ELSE spec.target / (SELECT sum(amount.amount) FROM ${projectTables.feature_amounts} AS amount
                                       WHERE amount.feature_id = feature.id) END,
              spec.target, spec.spf, spec.target2, spec.targetocc, spec.sepnum, spec.sepdistance
       FROM legacy_spec AS spec
       JOIN ${projectTables.features} AS feature ON feature.id = ${uuidExpression(ids.key('features'), 'spec.id')}`,
      [resource.id],
    )
    assertRowCount('spec.dat', parsed, features)
    await tx.query(
      `INSERT INTO ${scenarioTables.scenario_feature_amounts} (scenario_feature_id, planning_unit_id, amount)
       SELECT own.id, amount.planning_unit_id, amount.amount
       FROM ${scenarioTables.scenario_features} AS own
       JOIN ${projectTables.feature_amounts} AS amount ON amount.feature_id = own.feature_id
       WHERE own.scenario_id = $1::uuid`,
      [resource.id],
    )
    await tx.query(
      `INSERT INTO ${scenarioTables.feature_specifications} (id, scenario_id, is_draft, raw)
       SELECT $1::uuid, $2::uuid, false, jsonb_build_object('status', 'created', 'features', coalesce(jsonb_agg(
         jsonb_build_object('kind', 'plain', 'featureId', feature_id,
                            'marxanSettings', jsonb_build_object('prop', prop, 'fpf', fpf))
         ORDER BY marxan_id), '[]'))
       FROM ${scenarioTables.scenario_features} WHERE scenario_id = $2::uuid`,
      [ids.idOf('feature_specifications', 'spec.dat'), resource.id],
    )
    // The rows of spec.dat; those of puvspr.dat are counted by `legacy/features`.
    return { rows: features }
  },
}
