import type { Piece } from '@piecework/core'
import { tablePiece } from '@piecework/postgres'

/** Files that runs of the solver read and wrote. */
export const executions: Piece = tablePiece({
  name: 'scenario/executions',
  of: 'scenario',
  version: 1,
  after: ['scenario/metadata'],
  schema: 'planning',
  tables: [{ table: 'execution_files', owner: 'scenario_id', order: ['created_at', 'kind'] }],
})
