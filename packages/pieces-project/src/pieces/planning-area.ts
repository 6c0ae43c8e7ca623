import type { Piece } from '@piecework/core'
import { tablePiece } from '@piecework/postgres'

/** A custom planning area. A project inside administrative borders has none: their codes travel with its metadata. */
export const planningArea: Piece = tablePiece({
  name: 'project/planning-area',
  of: 'project',
  version: 1,
  schema: 'planning',
  applies: async ({ db, resource }) => {
    const { rowCount } = await db.query('SELECT FROM planning.planning_areas WHERE project_id = $1 LIMIT 1', [
      resource.id,
    ])
    return rowCount > 0
  },
  tables: [{ table: 'planning_areas', owner: 'project_id', order: ['name', 'geom'] }],
})
