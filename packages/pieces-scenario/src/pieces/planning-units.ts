import type { Piece } from '@piecework/core/piece'
import { type PlanningDatabases, placed, planningSchema } from '@piecework/pieces-project'
import { tablePiece } from '@piecework/postgres'
import { gridEntry, withGrid } from '../grid-entry.js'
import { sameGrid } from '../same-grid.js'
import { sameProject } from '../same-project.js'

/** Lock status, cost, protection and location of each unit of the project's grid. */
export const planningUnits = (databases: PlanningDatabases): Piece =>
  withGrid(
    tablePiece({
      ...placed('scenario/planning-units', databases),
      of: 'scenario',
      version: 2,
      // Version 1 had no locations: a column that an archive lacks is NULL.
      upgrades: { 1: (entries) => entries },
      after: ['project/planning-units', 'scenario/metadata'],
      schema: planningSchema,
      validators: [sameGrid],
      extraEntries: [gridEntry],
      tables: [
        {
          table: 'scenario_planning_units',
          owner: 'scenario_id',
          order: ['planning_unit_id.puid'],
          columns: [
            'lock_status',
            'in_starting_reserve',
            'lock_set_by_user',
            'protected_area',
            'protected_by_default',
            'cost',
            'xloc',
            'yloc',
          ],
          references: {
            planning_unit_id: { table: 'planning_units', of: 'project', lookup: sameProject('puid') },
          },
        },
      ],
    }),
  )
