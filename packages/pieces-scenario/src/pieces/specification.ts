import type { Piece } from '@piecework/core/piece'
import { anyRow, type PlanningDatabases, placed, planningSchema, sharedData } from '@piecework/pieces-project'
import { tablePiece } from '@piecework/postgres'
import { sameProject } from '../same-project.js'
import { scenarioTables } from '../scenario-tables.js'

/** Paths of feature ids in a specification. */
const featureIds = ['features[*].featureId', 'features[*].geoprocessingOperations[*].intersectWith.featureId']

/** Feature specifications of users. */
export const specification = (databases: PlanningDatabases): Piece =>
  tablePiece({
    ...placed('scenario/specification', databases),
    of: 'scenario',
    version: 1,
    after: ['project/features', 'scenario/metadata'],
    schema: planningSchema,
    applies: anyRow(`${scenarioTables.feature_specifications} WHERE scenario_id = $1`),
    tables: [
      {
        table: 'feature_specifications',
        owner: 'scenario_id',
        order: ['is_draft', 'raw'],
        columns: ['is_draft'],
        json: {
          raw: featureIds.map((path) => ({
            path,
            table: 'features',
            of: 'project',
            shared: sharedData,
            lookup: sameProject('name'),
          })),
        },
      },
    ],
  })
