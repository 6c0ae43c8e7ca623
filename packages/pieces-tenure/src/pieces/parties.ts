import { tablePiece } from '@piecework/postgres'
import { tenureKey } from '../tenure-key.js'
import { tenureSchema } from '../tenure-tables.js'

/** People, corporations and groups. */
export const parties = tablePiece({
  name: 'tenure/parties',
  of: 'tenure-project',
  version: 1,
  after: ['tenure/schemas'],
  schema: tenureSchema,
  tables: [
    {
      table: 'parties',
      key: tenureKey,
      owner: 'project_id',
      // Names are not unique.
      order: ['name', 'type', 'attributes'],
      columns: ['name', 'type', 'attributes'],
    },
  ],
})
