import { randomUUID } from 'node:crypto'
import { checkTables, fromPg } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import { pieceLaws } from '@piecework/testkit'
import pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Folder, folder } from '../../files/photos.js'
import { numberedKind } from '../named-kind.js'
import { boardRows } from './pieces.js'
import { kanbanTables } from './schema.js'

const test = needsServer(suite('hosts: a kanban board'))
const files: Folder = await folder()
const piece = boardRows(files.store)
let scratch: ScratchDatabase
let pool: pg.Pool

test.before(async () => {
  scratch = await scratchDatabase()
  pool = new pg.Pool({ connectionString: scratch.url, max: 4 })
  await pool.query(kanbanTables)
  await pool.query(`INSERT INTO users (email) VALUES ('ann@x'), ('bob@x')`)
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
  await files.remove()
})

test('the check has nothing to say that the declaration does not answer', async () => {
  assert.equal(
    (await checkTables(fromPg(pool), [piece])).map(({ code, table, column }) => [code, table, column]),
    [],
  )
})

pieceLaws(test, {
  piece,
  kind: numberedKind('board', 'boards'),
  database: () => fromPg(pool),
  principal: { id: '1' },
  sample: async (db) => {
    const one = async (sql: string, values: readonly unknown[]): Promise<number> =>
      (await db.query<{ id: number }>(`${sql} RETURNING id`, values)).rows[0]?.id ?? 0
    const board = await one('INSERT INTO boards (name, owner_id) VALUES ($1, 1)', ['A "board"'])
    // Numbers of the other boards lie between.
    await db.query(`SELECT nextval('lists_id_seq'), nextval('cards_id_seq') FROM generate_series(1, 3)`)
    const lists = []
    for (const [at, title] of ['to do', 'done'].entries())
      lists.push(
        await one('INSERT INTO lists (board_id, title, position) VALUES ($1, $2, $3)', [board, title, at]),
      )
    let before: number | null = null
    for (const number of [1, 2, 3, 5]) {
      const card: number = await one(
        'INSERT INTO cards (board_id, list_id, number, title, assignee_id, blocked_by) VALUES ($1, $2, $3, $4, $5, $6)',
        [board, lists[number % 2], number, `card ${number}\n`, number === 1 ? null : 2, before],
      )
      const key = `${randomUUID()}.txt`
      await files.put(key, `file of ${number}`)
      await db.query('INSERT INTO attachments (card_id, file_name, storage_key) VALUES ($1, $2, $3)', [
        card,
        'a.txt',
        key,
      ])
      before = card
    }
    await db.query(
      'UPDATE cards SET blocked_by = (SELECT id FROM cards WHERE board_id = $1 AND number = 5) WHERE board_id = $1 AND number = 1',
      [board],
    )
    await db.query(
      `INSERT INTO cards (board_id, list_id, number, title, deleted_at) VALUES ($1, $2, 4, 'gone', now())`,
      [board, lists[0]],
    )
    await db.query(
      `INSERT INTO settings VALUES ($1, 'done_list', $2), ($1, 'pinned_card', $3), ($1, 'wip_limit', 3), ($1, 'empty', NULL)`,
      [board, lists[1], before],
    )
    return {
      resource: { kind: 'board', id: String(board) },
      ids: { card: 'cards', list: 'lists', blocked_by: 'cards' },
    }
  },
  content: async ({ id }, db) => {
    const all = async (sql: string) => (await db.query<Record<string, unknown>>(sql, [id])).rows
    const attachments = await all(
      'SELECT c.number, a.file_name, a.storage_key FROM attachments a JOIN cards c ON c.id = a.card_id WHERE c.board_id = $1 AND c.deleted_at IS NULL ORDER BY 1, 2',
    )
    const held = attachments.map(async ({ storage_key, ...row }) => ({
      ...row,
      held: await files.text(String(storage_key)),
    }))
    return {
      board: await all('SELECT name FROM boards WHERE id = $1'),
      lists: await all('SELECT id AS list, title, position FROM lists WHERE board_id = $1 ORDER BY position'),
      cards: await all(
        `SELECT c.id AS card, c.list_id AS list, c.blocked_by, c.number, c.title, u.email FROM cards c LEFT JOIN users u ON u.id = c.assignee_id
         WHERE c.board_id = $1 AND c.deleted_at IS NULL ORDER BY c.number`,
      ),
      attachments: await Promise.all(held),
      settings: await all(
        `SELECT s.key, l.title, c.number, CASE WHEN s.key = 'wip_limit' THEN s.value END AS value FROM settings s
         LEFT JOIN lists l ON s.key = 'done_list' AND l.id = s.value AND l.board_id = s.board_id
         LEFT JOIN cards c ON s.key = 'pinned_card' AND c.id = s.value AND c.board_id = s.board_id WHERE s.board_id = $1 ORDER BY s.key`,
      ),
    }
  },
  fileKeys: () => files.keys(),
})
test.run()
