import { tablePiece } from '@piecework/postgres'
import { imagerySchema } from '../imagery-tables.js'

/** The project's own row. Its owner is that of the shell. */
export const project = tablePiece({
  name: 'imagery/project',
  of: 'imagery-project',
  version: 1,
  schema: imagerySchema,
  tables: [
    {
      table: 'projects',
      owner: 'id',
      order: ['name'],
      columns: ['name', 'description', 'color_correction', 'created_at'],
      keepShellValue: ['name', 'description'],
      ignore: ['owner', 'state'],
    },
  ],
})
