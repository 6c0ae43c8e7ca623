import { type TablePiece, type TableSpec, tablePiece } from '@piecework/postgres'
import { tenureKey } from '../tenure-key.js'
import type { TenureProjectOptions } from '../tenure-project-options.js'
import { tenureSchema } from '../tenure-tables.js'

/** Resources without their bytes, and what each is about. */
export function resources({ users, archived }: Pick<TenureProjectOptions, 'users' | 'archived'>): TablePiece {
  return tablePiece({
    name: 'tenure/resources',
    of: 'tenure-project',
    version: 1,
    after: ['tenure/project', 'tenure/parties', 'tenure/locations', 'tenure/relationships'],
    schema: tenureSchema,
    tables: [
      {
        table: 'resources',
        key: tenureKey,
        owner: 'project_id',
        order: ['name', 'original_file', 'description'],
        columns: ['name', 'description', 'original_file', 'archived'],
        // The piece of the files gives each copy a key of its own.
        ignore: ['artifact'],
        ...(archived !== 'carried' && { where: { sql: 'NOT archived' } }),
        ...contributor(users),
      },
      {
        table: 'resource_links',
        owner: 'resource_id.project_id',
        order: ['resource_id.name', 'resource_id.original_file', 'kind'],
        columns: ['kind'],
        references: {
          resource_id: 'resources',
          target_id: {
            by: 'kind',
            tables: {
              project: 'projects',
              party: 'parties',
              location: 'locations',
              relationship: 'tenure_relationships',
            },
          },
        },
      },
    ],
  })
}

function contributor(users: TenureProjectOptions['users']): Pick<TableSpec, 'references' | 'set'> {
  if (users === 'importer') return { set: { contributor_id: ({ principal }) => principal.id } }
  return {
    references: {
      contributor_id: {
        table: 'users',
        shared: { where: 'true', by: ['username'], missing: 'importer' },
      },
    },
  }
}
