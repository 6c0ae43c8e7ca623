import { tablePiece } from '@piecework/postgres'

export const cover = tablePiece({
  name: 'notebook/cover',
  of: 'notebook',
  version: 1,
  tables: [{ table: 'notebooks', owner: 'id', order: ['name'], keepShellValue: ['name'], ignore: ['ready'] }],
})

export const pages = tablePiece({
  name: 'notebook/pages',
  of: 'notebook',
  version: 1,
  after: ['notebook/cover'],
  tables: [
    {
      table: 'pages',
      owner: 'notebook_id',
      order: ['position'],
      references: { continues: 'pages' },
    },
  ],
})
