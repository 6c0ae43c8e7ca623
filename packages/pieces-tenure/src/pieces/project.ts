import { tablePiece } from '@piecework/postgres'
import { tenureKey } from '../tenure-key.js'
import { tenureSchema } from '../tenure-tables.js'

/** The project's own row. Its organization and its owner are those of the shell. */
export const project = tablePiece({
  name: 'tenure/project',
  of: 'tenure-project',
  version: 1,
  schema: tenureSchema,
  tables: [
    {
      table: 'projects',
      key: tenureKey,
      owner: 'id',
      order: ['name'],
      columns: [
        'slug',
        'name',
        'description',
        'country',
        'urls',
        'contacts',
        'extent',
        'access',
        'archived',
        'created_at',
        'updated_at',
      ],
      unique: { slug: 'suffix' },
      keepShellValue: ['name', 'description'],
      ignore: ['organization_id', 'owner_id', 'state'],
    },
  ],
})
