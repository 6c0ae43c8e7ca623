import type { Piece } from '@piecework/core/piece'
import { anyRow, type PlanningDatabases, placed, planningSchema } from '@piecework/pieces-project'
import { tablePiece } from '@piecework/postgres'
import { sameProject } from '../same-project.js'
import { scenarioTables } from '../scenario-tables.js'

const planningUnit = { table: 'planning_units', of: 'project', lookup: sameProject('puid') }

/** Lengths of the boundaries between planning units. */
export const boundary = (databases: PlanningDatabases): Piece =>
  tablePiece({
    ...placed('scenario/boundary', databases),
    of: 'scenario',
    version: 1,
    after: ['project/planning-units', 'scenario/metadata'],
    schema: planningSchema,
    applies: anyRow(`${scenarioTables.boundary_lengths} WHERE scenario_id = $1`),
    tables: [
      {
        table: 'boundary_lengths',
        owner: 'scenario_id',
        order: ['planning_unit_id.puid', 'other_planning_unit_id.puid'],
        columns: ['length'],
        references: { planning_unit_id: planningUnit, other_planning_unit_id: planningUnit },
      },
    ],
  })
