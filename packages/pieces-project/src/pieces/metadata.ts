import type { Piece } from '@piecework/core'
import { tablePiece } from '@piecework/postgres'

/** The project's own row. Its planning area comes first, for the row refers to it. */
export const metadata: Piece = tablePiece({
  name: 'project/metadata',
  of: 'project',
  version: 1,
  after: ['project/planning-area'],
  schema: 'planning',
  tables: [
    {
      table: 'projects',
      owner: 'id',
      order: ['name'],
      references: { planning_area_id: 'planning_areas' },
      keep: ['name'],
      ignore: ['owner_id', 'state'],
    },
  ],
})
