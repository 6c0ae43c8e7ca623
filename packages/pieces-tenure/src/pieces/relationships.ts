import { tablePiece } from '@piecework/postgres'
import { tenureKey } from '../tenure-key.js'
import { tenureSchema } from '../tenure-tables.js'

/** Which party holds which location, and how. */
export const relationships = tablePiece({
  name: 'tenure/relationships',
  of: 'tenure-project',
  version: 1,
  after: ['tenure/parties', 'tenure/locations'],
  schema: tenureSchema,
  tables: [
    {
      table: 'tenure_relationships',
      key: tenureKey,
      owner: 'project_id',
      order: ['tenure_type', 'party_id.name', 'location_id.type', 'location_id.area', 'attributes'],
      columns: ['tenure_type', 'attributes'],
      references: { party_id: 'parties', location_id: 'locations' },
    },
  ],
})
