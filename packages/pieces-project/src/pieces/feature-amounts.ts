import type { Piece } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { type PlanningDatabases, placed } from '../planning-databases.js'
import { planningSchema } from '../project-tables.js'
import { sharedData } from '../shared-data.js'

/** How much of each feature, own or shared, each planning unit of the project holds. */
export const featureAmounts = (databases: PlanningDatabases): Piece =>
  tablePiece({
    ...placed('project/feature-amounts', databases),
    of: 'project',
    version: 1,
    after: ['project/planning-units', 'project/features'],
    schema: planningSchema,
    tables: [
      {
        table: 'feature_amounts',
        owner: 'planning_unit_id.project_id',
        order: ['feature_id.name', 'feature_id.stable_key', 'planning_unit_id.puid'],
        columns: ['amount'],
        references: {
          feature_id: { table: 'features', shared: sharedData },
          planning_unit_id: 'planning_units',
        },
      },
    ],
  })
