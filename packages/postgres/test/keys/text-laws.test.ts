import { randomUUID } from 'node:crypto'
import { jobIds, keyFormText, type Queryable, type TextForm } from '@piecework/core/piece'
import type { TableSpec } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { pieceLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { resource, serverWorld, shelfKind, shelfPiece, shelfTables, type World } from './support.js'

const tables = `${shelfTables};
CREATE TABLE cards (id text PRIMARY KEY, shelf_id uuid NOT NULL REFERENCES shelves ON DELETE CASCADE, n int, about_id text REFERENCES cards, doc jsonb);
CREATE TABLE codes (shelf_id uuid REFERENCES shelves ON DELETE CASCADE, code text, after text, PRIMARY KEY (shelf_id, code),
  FOREIGN KEY (shelf_id, after) REFERENCES codes)`

const cards = (key: TextForm): TableSpec => ({
  table: 'cards',
  key,
  owner: 'shelf_id',
  order: ['n'],
  references: { about_id: 'cards' },
  json: { doc: [{ path: 'ids[*]', table: 'cards' }] },
})
const codes: TableSpec = { table: 'codes', owner: 'shelf_id', order: ['code'] }

const newShelf = async (db: Queryable): Promise<string> => {
  const id = randomUUID()
  await db.query(`INSERT INTO shelves VALUES ($1, 'Birds')`, [id])
  return id
}

const forms: readonly TextForm[] = ['uuid', 'uuid-hex', { hex: 24 }, 'cuid', 'cuid2', 'ulid', 'nanoid']

for (const form of forms) {
  const test = needsServer(suite(`laws of pieces with text keys: ${keyFormText(form)}`))
  const world = opened(test)
  pieceLaws(test, {
    piece: shelfPiece('cards', [cards(form)]),
    kind: shelfKind,
    database: () => world().database,
    sample: async (db) => {
      const shelf = await newShelf(db)
      const ids = jobIds(shelf, { forms: new Map([['cards', form]]) })
      const id = (n: number): string => String(ids.idOf('cards', String(n)))
      for (const n of [1, 2, 3, 4])
        await db.query('INSERT INTO cards VALUES ($1, $2, $3, $4, $5)', [
          id(n),
          shelf,
          n,
          n > 1 ? id(n - 1) : null,
          { ids: [id(1), id(n)], other: 'wren' },
        ])
      return { resource: resource(shelf) }
    },
    content: async ({ id }, db) =>
      (
        await db.query(
          `SELECT c.n, a.n AS about, length(c.id) AS length, c.doc ->> 'other' AS other,
           (SELECT jsonb_agg(o.n ORDER BY d.at) FROM jsonb_array_elements_text(c.doc -> 'ids') WITH ORDINALITY d(id, at)
            LEFT JOIN cards o ON o.id = d.id AND o.shelf_id = c.shelf_id) AS of
           FROM cards c LEFT JOIN cards a ON a.id = c.about_id AND a.shelf_id = c.shelf_id WHERE c.shelf_id = $1 ORDER BY c.n`,
          [id],
        )
      ).rows,
  })
  test.run()
}

const test = needsServer(suite('laws of pieces with natural keys'))
const world = opened(test)
pieceLaws(test, {
  piece: shelfPiece('codes', [codes]),
  kind: shelfKind,
  database: () => world().database,
  sample: async (db) => {
    const shelf = await newShelf(db)
    await db.query(`INSERT INTO codes VALUES ($1, 'a', NULL), ($1, 'b', 'a'), ($1, 'ç', 'b')`, [shelf])
    return { resource: resource(shelf) }
  },
  content: async ({ id }, db) =>
    (await db.query('SELECT code, after FROM codes WHERE shelf_id = $1 ORDER BY code', [id])).rows,
})
test.run()

function opened(of: ReturnType<typeof suite>): () => World {
  let world: World
  of.before(async () => {
    world = await serverWorld(tables)
  })
  of.after(() => world.close())
  return () => world
}
