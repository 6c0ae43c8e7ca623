import { tablePiece } from '@piecework/postgres'
import { tenureKey } from '../tenure-key.js'
import { tenureSchema } from '../tenure-tables.js'

/** What is asked about parties of each type, locations and relationships. Travels as it is. */
export const attributeSchemas = tablePiece({
  name: 'tenure/schemas',
  of: 'tenure-project',
  version: 1,
  after: ['tenure/project'],
  schema: tenureSchema,
  tables: [
    {
      table: 'attribute_schemas',
      key: tenureKey,
      owner: 'project_id',
      order: ['content_type', 'selector'],
      columns: ['content_type', 'selector', 'fields'],
    },
  ],
})
