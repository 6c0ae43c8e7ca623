import { tablePiece } from '@piecework/postgres'
import { tenureKey } from '../tenure-key.js'
import { tenureSchema } from '../tenure-tables.js'

/** Spatial units, with or without geometry. */
export const locations = tablePiece({
  name: 'tenure/locations',
  of: 'tenure-project',
  version: 1,
  after: ['tenure/schemas'],
  schema: tenureSchema,
  tables: [
    {
      table: 'locations',
      key: tenureKey,
      owner: 'project_id',
      order: ['type', 'area', 'geom', 'attributes'],
      columns: ['type', 'geom', 'area', 'attributes'],
    },
  ],
})
