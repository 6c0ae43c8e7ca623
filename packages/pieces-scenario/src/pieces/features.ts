import type { Piece } from '@piecework/core/piece'
import { type PlanningDatabases, placed, planningSchema, sharedData } from '@piecework/pieces-project'
import { tablePiece } from '@piecework/postgres'
import { sameProject } from '../same-project.js'

/** Targets of features, own or shared, and the amounts of a legacy project. */
export const features = (databases: PlanningDatabases): Piece =>
  tablePiece({
    ...placed('scenario/features', databases),
    of: 'scenario',
    version: 1,
    after: ['project/planning-units', 'project/features', 'scenario/metadata'],
    schema: planningSchema,
    tables: [
      {
        table: 'scenario_features',
        owner: 'scenario_id',
        order: ['feature_id.name', 'feature_id.stable_key'],
        columns: [
          'marxan_id',
          'type',
          'prop',
          'target',
          'fpf',
          'target2',
          'targetocc',
          'sepnum',
          'sepdistance',
          'total_area',
          'protected_area',
          'metadata',
        ],
        references: {
          feature_id: { table: 'features', of: 'project', shared: sharedData, lookup: sameProject('name') },
        },
      },
      {
        table: 'scenario_feature_amounts',
        owner: 'scenario_feature_id.scenario_id',
        order: [
          'scenario_feature_id.feature_id.name',
          'scenario_feature_id.feature_id.stable_key',
          'planning_unit_id.puid',
        ],
        columns: ['amount'],
        references: {
          scenario_feature_id: 'scenario_features',
          planning_unit_id: { table: 'planning_units', of: 'project', lookup: sameProject('puid') },
        },
      },
    ],
  })
