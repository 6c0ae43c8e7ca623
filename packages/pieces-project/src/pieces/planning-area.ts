import type { Piece } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { anyRow } from '../any-row.js'
import { planningSchema, projectTables } from '../project-tables.js'

/**
 * A custom planning area. A project within administrative borders has none: the codes are carried by
 * `project/metadata`.
 */
export const planningArea: Piece = tablePiece({
  name: 'project/planning-area',
  of: 'project',
  version: 1,
  schema: planningSchema,
  applies: anyRow(`${projectTables.planning_areas} WHERE project_id = $1`),
  tables: [
    {
      table: 'planning_areas',
      owner: 'project_id',
      order: ['name', 'geom'],
      columns: ['name', 'geom'],
      ignore: ['stable_key'],
    },
  ],
})
