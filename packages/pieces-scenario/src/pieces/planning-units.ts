import type { Piece } from '@piecework/core'
import { tablePiece } from '@piecework/postgres'
import { refuseOtherGrid } from '../refuse-other-grid.js'
import { sameProject } from '../same-project.js'

/** Lock status, cost and protection of each unit of the project's grid. */
export const planningUnits: Piece = refuseOtherGrid(
  tablePiece({
    name: 'scenario/planning-units',
    of: 'scenario',
    version: 1,
    after: ['project/planning-units', 'scenario/metadata'],
    schema: 'planning',
    tables: [
      {
        table: 'scenario_planning_units',
        owner: 'scenario_id',
        order: ['planning_unit_id.puid'],
        references: {
          planning_unit_id: { table: 'planning_units', of: 'project', elsewhere: sameProject('puid') },
        },
      },
    ],
  }),
)
