import type { Piece } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { type PlanningDatabases, placed } from '../planning-databases.js'
import { planningSchema } from '../project-tables.js'

/** Cost surfaces with one value for each planning unit. */
export const costSurfaces = (databases: PlanningDatabases): Piece =>
  tablePiece({
    ...placed('project/cost-surfaces', databases),
    of: 'project',
    version: 1,
    after: ['project/planning-units'],
    schema: planningSchema,
    tables: [
      {
        table: 'cost_surfaces',
        owner: 'project_id',
        order: ['name'],
        columns: ['name', 'is_default', 'min', 'max'],
      },
      {
        table: 'cost_surface_values',
        owner: 'cost_surface_id.project_id',
        order: ['cost_surface_id.name', 'planning_unit_id.puid'],
        columns: ['cost'],
        references: { cost_surface_id: 'cost_surfaces', planning_unit_id: 'planning_units' },
      },
    ],
  })
