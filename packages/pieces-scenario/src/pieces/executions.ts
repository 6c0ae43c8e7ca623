import type { Piece } from '@piecework/core/piece'
import { anyRow, type PlanningDatabases, placed, planningSchema } from '@piecework/pieces-project'
import { tablePiece } from '@piecework/postgres'
import { scenarioTables } from '../scenario-tables.js'

/** Input and output files of solver runs. */
export const executions = (databases: PlanningDatabases): Piece =>
  tablePiece({
    ...placed('scenario/executions', databases),
    of: 'scenario',
    version: 1,
    after: ['scenario/metadata'],
    schema: planningSchema,
    applies: anyRow(`${scenarioTables.execution_files} WHERE scenario_id = $1`),
    tables: [
      {
        table: 'execution_files',
        owner: 'scenario_id',
        order: ['created_at', 'kind', 'content'],
        columns: ['kind', 'created_at', 'content'],
      },
    ],
  })
