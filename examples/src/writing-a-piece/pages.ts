import type { FileStore } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'

export const cover = tablePiece({
  name: 'notebook/cover',
  of: 'notebook',
  version: 1,
  tables: [
    {
      table: 'notebooks',
      owner: 'id',
      order: [],
      unique: { slug: 'suffix' },
      ignore: ['owner_id', 'ready'],
      keepShellValue: ['name'],
    },
  ],
})

/** @param scans the store in which the application keeps the files that `scan_key` names */
export const pages = (scans: FileStore) =>
  tablePiece({
    name: 'notebook/pages',
    of: 'notebook',
    version: 1,
    after: ['notebook/cover'],
    tables: [
      {
        table: 'pages',
        owner: 'notebook_id',
        order: ['position'],
        references: {
          continues: 'pages',
          author_id: { table: 'users', shared: { where: 'true', by: ['email'], missing: 'null' } },
        },
        files: { scan_key: { store: scans, missing: 'null' } },
        triggers: ['note_change'],
      },
    ],
  })
