import type { Piece } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { anyRow } from '../any-row.js'
import { planningSchema, projectTables } from '../project-tables.js'

/**
 * The project's own protected areas. Shared ones are not copied: references to them are carried by stable
 * key.
 */
export const protectedAreas: Piece = tablePiece({
  name: 'project/protected-areas',
  of: 'project',
  version: 1,
  after: ['project/metadata'],
  schema: planningSchema,
  applies: anyRow(`${projectTables.protected_areas} WHERE project_id = $1`),
  tables: [
    {
      table: 'protected_areas',
      owner: 'project_id',
      // Names are not unique.
      order: ['name', 'wdpa_id', 'iucn_category', 'status', 'designation', 'geom'],
      columns: ['name', 'wdpa_id', 'iucn_category', 'status', 'designation', 'geom'],
      ignore: ['stable_key'],
    },
  ],
})
