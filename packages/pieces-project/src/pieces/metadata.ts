import type { Piece } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { knownCodes } from '../known-codes.js'
import { planningSchema } from '../project-tables.js'
import { sharedData } from '../shared-data.js'

/**
 * The project's own row. It comes after the custom planning area that it refers to; administrative codes are
 * in the row.
 */
export const metadata: Piece = tablePiece({
  name: 'project/metadata',
  of: 'project',
  version: 1,
  after: ['project/planning-area'],
  schema: planningSchema,
  validators: [knownCodes],
  tables: [
    {
      table: 'projects',
      owner: 'id',
      order: ['name'],
      columns: [
        'name',
        'description',
        'source',
        'country',
        'admin_area_1',
        'admin_area_2',
        'grid_shape',
        'grid_unit_area_km2',
        'bbox',
        'blm_range',
        'metadata',
        'created_at',
        'updated_at',
      ],
      references: { planning_area_id: { table: 'planning_areas', shared: sharedData } },
      keepShellValue: ['name'],
      ignore: ['owner_id', 'state'],
    },
  ],
})
