import type { FileStore } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'

const person = { table: 'users', shared: { where: 'true', by: ['email'], missing: 'null' } } as const

export const boardRows = (store: FileStore) =>
  tablePiece({
    name: 'board/rows',
    of: 'board',
    version: 1,
    tables: [
      {
        table: 'boards',
        owner: 'id',
        order: ['name'],
        keepShellValue: ['name'],
        ignore: ['owner_id', 'ready'],
      },
      { table: 'lists', owner: 'board_id', order: ['position'] },
      {
        table: 'cards',
        owner: 'board_id',
        order: ['number'],
        where: { sql: 'deleted_at IS NULL' },
        references: { list_id: 'lists', blocked_by: 'cards', assignee_id: person },
      },
      {
        table: 'attachments',
        owner: 'card_id.board_id',
        order: ['card_id.number', 'file_name'],
        references: { card_id: 'cards' },
        files: { storage_key: { store } },
      },
      {
        table: 'settings',
        owner: 'board_id',
        order: ['key'],
        references: {
          value: { by: 'key', tables: { done_list: 'lists', pinned_card: 'cards' }, other: 'keep' },
        },
      },
    ],
  })
