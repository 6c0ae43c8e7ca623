import type { Piece } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { type PlanningDatabases, placed } from '../planning-databases.js'
import { planningSchema } from '../project-tables.js'

/** The grid. */
export const planningUnits = (databases: PlanningDatabases): Piece =>
  tablePiece({
    ...placed('project/planning-units', databases),
    of: 'project',
    version: 1,
    after: ['project/metadata'],
    schema: planningSchema,
    tables: [{ table: 'planning_units', owner: 'project_id', order: ['puid'], columns: ['puid', 'geom'] }],
  })
