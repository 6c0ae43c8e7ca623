import type { Piece } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { planningSchema } from '../project-tables.js'

/** The grid. */
export const planningUnits: Piece = tablePiece({
  name: 'project/planning-units',
  of: 'project',
  version: 1,
  after: ['project/metadata'],
  schema: planningSchema,
  tables: [{ table: 'planning_units', owner: 'project_id', order: ['puid'], columns: ['puid', 'geom'] }],
})
