import type { Piece } from '@piecework/core/piece'
import { anyRow, planningSchema, sharedData } from '@piecework/pieces-project'
import { tablePiece } from '@piecework/postgres'
import { sameProject } from '../same-project.js'
import { scenarioTables } from '../scenario-tables.js'

/**
 * Which protected areas, own or shared, a scenario selects, and the threshold from which a unit counts as
 * protected.
 */
export const protectedAreas: Piece = tablePiece({
  name: 'scenario/protected-areas',
  of: 'scenario',
  version: 1,
  after: ['project/protected-areas', 'scenario/metadata'],
  schema: planningSchema,
  applies: anyRow(`${scenarioTables.scenarios}
    WHERE id = $1 AND (protected_area_ids <> '[]' OR protected_threshold IS NOT NULL)`),
  tables: [
    {
      table: 'scenarios',
      owner: 'id',
      order: ['number'],
      json: {
        protected_area_ids: [
          {
            path: '[*]',
            table: 'protected_areas',
            of: 'project',
            shared: sharedData,
            lookup: sameProject('name'),
          },
        ],
      },
      columns: ['protected_threshold'],
      ignore: [
        'project_id',
        'state',
        // Carried by scenario/metadata.
        'number',
        'name',
        'description',
        'cost_surface_id',
        'number_of_runs',
        'blm',
        'blm_range',
        'marxan_parameters',
        'metadata',
        'ran_at_least_once',
        'solutions_are_locked',
      ],
    },
  ],
})
