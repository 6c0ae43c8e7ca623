import type { Piece } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'

/** The grid. */
export const planningUnits: Piece = tablePiece({
  name: 'project/planning-units',
  of: 'project',
  version: 1,
  after: ['project/metadata'],
  schema: 'planning',
  tables: [{ table: 'planning_units', owner: 'project_id', order: ['puid'], columns: ['puid', 'geom'] }],
})
