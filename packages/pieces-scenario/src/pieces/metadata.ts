import type { Piece } from '@piecework/core/piece'
import { planningSchema } from '@piecework/pieces-project'
import { tablePiece } from '@piecework/postgres'
import { sameProject } from '../same-project.js'

/** The scenario's own row, without its selection of protected areas. */
export const metadata: Piece = tablePiece({
  name: 'scenario/metadata',
  of: 'scenario',
  version: 1,
  after: ['project/metadata', 'project/cost-surfaces'],
  schema: planningSchema,
  tables: [
    {
      table: 'scenarios',
      owner: 'id',
      order: ['number'],
      columns: [
        'number',
        'name',
        'description',
        'number_of_runs',
        'blm',
        'blm_range',
        'marxan_parameters',
        'metadata',
        'ran_at_least_once',
        'solutions_are_locked',
      ],
      references: {
        cost_surface_id: { table: 'cost_surfaces', of: 'project', lookup: sameProject('name') },
      },
      keepShellValue: ['name'],
      // The shell has its project already.
      ignore: ['project_id', 'state', 'protected_area_ids', 'protected_threshold'],
    },
  ],
})
