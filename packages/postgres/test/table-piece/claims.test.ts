import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  createPiecework,
  type Database,
  isPieceworkError,
  memoryArtifacts,
  type Piecework,
  type ResourceKind,
} from '@piecework/core'
import { csvLine, type Piece } from '@piecework/core/piece'
import {
  assertSchemaCovered,
  checkTables,
  claimTables,
  postgresStore,
  type TableClaims,
  tablePiece,
} from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { scratchEmbedded } from '../scratch-embedded.js'
import { world } from './support.js'

const test = suite('claims of pieces written by hand')
const principal = { id: 'ann' }

const boardKind: ResourceKind = {
  kind: 'board',
  table: 'boards',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM boards WHERE id = $1', [id])).rows[0],
  shell: {
    create: async ({ ref }, tx) =>
      void (await tx.query("INSERT INTO boards VALUES ($1, '') ON CONFLICT DO NOTHING", [ref.id])),
    ready: async () => {},
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM boards WHERE id = $1', [id])),
  },
}

/** Cards have uuids of their own, stickers on them numbers; no foreign key of stickers says whose they are. */
const tables = [
  'CREATE TABLE boards (id uuid PRIMARY KEY, name text)',
  'CREATE TABLE cards (id uuid PRIMARY KEY, board_id uuid NOT NULL, title text)',
  'CREATE TABLE stickers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, card_id uuid NOT NULL, label text, shade int)',
  'CREATE TABLE marks (id uuid PRIMARY KEY, board_id uuid NOT NULL REFERENCES boards ON DELETE CASCADE, card_id uuid, n int)',
]

const byHand = (fail = false): Piece => ({
  contract: 1,
  name: 'board/cards',
  of: 'board',
  version: 1,
  exporter: {
    export: async ({ tx, resource, write }) => {
      const { rows } = await tx.query<{ id: string; title: string }>(
        'SELECT id, title FROM cards WHERE board_id = $1 ORDER BY title',
        [resource.id],
      )
      const labels = await tx.query<{ card_id: string; label: string; shade: number }>(
        'SELECT s.card_id, label, shade FROM stickers s JOIN cards c ON c.id = s.card_id WHERE board_id = $1 ORDER BY title, label',
        [resource.id],
      )
      const lines = (records: readonly (readonly (string | null)[])[]) =>
        Buffer.from(records.map((one) => csvLine(one)).join(''))
      await write(
        'cards.csv',
        lines([['id', 'title'], ...rows.map(({ id, title }) => [id, title])]),
        () => rows.length,
      )
      const stickers = labels.rows.map(({ card_id, label, shade }) => [card_id, label, String(shade)])
      await write('stickers.csv', lines([['card_id', 'label', 'shade'], ...stickers]), () => stickers.length)
      return { rows: rows.length + stickers.length }
    },
  },
  importer: {
    import: async ({ tx, ids, resource, entries }) => {
      let count = 0
      for await (const batch of entries.rows('cards.csv'))
        for (const { id, title } of batch) {
          await tx.query('INSERT INTO cards VALUES ($1, $2, $3)', [
            ids.idOf('cards', id ?? ''),
            resource.id,
            title,
          ])
          count++
        }
      for await (const batch of entries.rows('stickers.csv'))
        for (const { card_id, label, shade } of batch) {
          const values = [ids.idOf('cards', card_id ?? ''), label, shade]
          await tx.query('INSERT INTO stickers (card_id, label, shade) VALUES ($1, $2, $3::int)', values)
          count++
        }
      return { rows: fail ? count + 1 : count }
    },
  },
})

const claims: TableClaims = {
  tables: [
    { table: 'cards', owner: 'board_id', order: ['title'], columns: ['id', 'title'] },
    {
      table: 'stickers',
      owner: 'card_id.board_id',
      order: ['card_id', 'label'],
      references: { card_id: 'cards' },
      columns: ['label', 'shade'],
      ignore: ['id'],
    },
  ],
}

const board = tablePiece({
  name: 'board/board',
  of: 'board',
  version: 1,
  after: ['board/cards'],
  tables: [
    { table: 'boards', owner: 'id', order: ['name'] },
    { table: 'marks', owner: 'board_id', order: ['card_id.title', 'n'], references: { card_id: 'cards' } },
  ],
})
const late = (fails: boolean): Piece => ({
  ...byHand(),
  name: 'board/late',
  after: ['board/cards', 'board/board'],
  exporter: {
    export: async ({ write }) => {
      await write('late.txt', Buffer.from('late'))
      return { rows: 0 }
    },
  },
  importer: {
    import: async () => {
      if (fails) throw Object.assign(new Error('out of luck'), { code: '22000' })
      return { rows: 0 }
    },
  },
})

let db: Database
let close: () => Promise<void>
test.before(async () => {
  if (process.env.DATABASE_URL) ({ db, close } = await world(''))
  else {
    const database = await scratchEmbedded()
    ;[db, close] = [database, () => database.close()]
  }
  for (const sql of tables) await db.query(sql)
  await postgresStore({ database: db }).migrate()
})
test.after(() => close())

async function withPieces(
  pieces: readonly Piece[],
  use: (piecework: Piecework) => Promise<void>,
): Promise<void> {
  const packs = [{ name: 'boards', kinds: [boardKind], pieces }]
  const store = postgresStore({ database: db })
  const piecework = createPiecework({ packs, store, artifacts: memoryArtifacts(), runtime: inProcess() })
  await piecework.start()
  try {
    await use(piecework)
  } finally {
    await piecework.stop()
  }
}

async function newBoard(): Promise<string> {
  const [id, ...cards] = [randomUUID(), randomUUID(), randomUUID()]
  await db.query('INSERT INTO boards VALUES ($1, $2)', [id, 'Plans'])
  await db.query('INSERT INTO cards VALUES ($1, $3, $4), ($2, $3, $5)', [...cards, id, 'one', 'two'])
  await db.query(
    "INSERT INTO stickers (card_id, label, shade) VALUES ($1, 'sun', 1), ($1, 'rain', 2), ($2, 'sun', 3)",
    cards,
  )
  await db.query('INSERT INTO marks SELECT gen_random_uuid(), $1::uuid, c, 1 FROM unnest($2::uuid[]) c', [
    id,
    cards,
  ])
  return id
}

const counts = async () =>
  (
    await db.query(
      'SELECT (SELECT count(*)::int FROM boards) AS boards, (SELECT count(*)::int FROM cards) AS cards, (SELECT count(*)::int FROM stickers) AS stickers, (SELECT count(*)::int FROM marks) AS marks',
    )
  ).rows

test('nothing half-made: rows of a piece written by hand go by the owners that it claims', async () => {
  const id = await newBoard()
  const before = await counts()
  await withPieces([board, claimTables(byHand(), claims), late(true)], async (piecework) => {
    const { job } = await (await piecework.clone({ resource: { kind: 'board', id }, principal })).ended()
    assert.equal(job.status, 'failed')
    assert.deepEqual(await counts(), before)
  })
  await withPieces([board, byHand(), late(true)], async (piecework) => {
    await (await piecework.clone({ resource: { kind: 'board', id }, principal })).ended()
    assert.notDeepEqual(await counts(), before, 'without claims only what cascades goes')
    await db.query('DELETE FROM cards WHERE NOT EXISTS (SELECT FROM boards b WHERE b.id = board_id)')
    await db.query('DELETE FROM stickers WHERE NOT EXISTS (SELECT FROM cards c WHERE c.id = card_id)')
  })
})

test('a remover and a comparer of the piece itself stay', () => {
  const own = { remover: { remove: async () => {} }, comparer: { compare: async () => [] } }
  const { remover, comparer } = claimTables({ ...byHand(), ...own }, claims)
  assert.equal(remover, own.remover)
  assert.equal(comparer, own.comparer)
  const bare = claimTables(byHand(), { tables: [{ table: 'cards' }] })
  assert.deepEqual([bare.remover, bare.comparer], [undefined, undefined])
})

test('coverage: claimed tables and columns are decided', async () => {
  const undecided = async (pieces: readonly Piece[], ignored: readonly string[] = []) =>
    assertSchemaCovered(db, pieces, { schema: 'public', root: 'boards', ignored }).then(
      () => [],
      (error: unknown) => (isPieceworkError(error) ? error.facts.undecided : error),
    )
  await db.query('ALTER TABLE cards ADD FOREIGN KEY (board_id) REFERENCES boards')
  await db.query('ALTER TABLE stickers ADD FOREIGN KEY (card_id) REFERENCES cards')
  assert.deepEqual(await undecided([board]), ['cards', 'stickers'])
  assert.deepEqual(await undecided([board, claimTables(byHand(), claims)], ['stickers.id']), [])
  const [cards] = claims.tables
  assert.ok(cards)
  const fewer = claimTables(byHand(), { tables: [{ ...cards, columns: ['id'] }] })
  assert.deepEqual(await undecided([board, fewer]), ['cards.title', 'stickers'])
  await db.query('ALTER TABLE stickers DROP CONSTRAINT stickers_card_id_fkey')
  await db.query('ALTER TABLE cards DROP CONSTRAINT cards_board_id_fkey')
})

test('claims that do not fit the database are named before the first job', async () => {
  await checkTables(db, [board, claimTables(byHand(), claims)])
  const wrong: readonly [TableClaims['tables'][number], RegExp][] = [
    [{ table: 'gone' }, /no table "public"\."gone"/],
    [{ table: 'cards', owner: 'project_id' }, /no column "project_id"/],
    [{ table: 'cards', columns: ['colour'] }, /no column "colour"/],
    [{ table: 'cards', order: ['colour'] }, /no column "colour"/],
    [{ table: 'stickers', owner: 'card_id.board_id' }, /"card_id" of "stickers" leads nowhere/],
  ]
  for (const [claim, message] of wrong)
    await assert.rejects(checkTables(db, [claimTables(byHand(), { tables: [claim] })]), message)
})

test('diff compares claimed rows by their natural key, and references to them', async () => {
  const id = await newBoard()
  await withPieces([board, claimTables(byHand(), claims)], async (piecework) => {
    const { job } = await (await piecework.clone({ resource: { kind: 'board', id }, principal })).ended()
    const copy = job.result?.resource ?? assert.fail(job.error?.message)
    const source = { resource: { kind: 'board', id }, principal }
    const diff = async () => piecework.diff(source, { resource: copy, principal })
    assert.equal((await diff()).equal, true)
    await db.query(
      "UPDATE stickers SET shade = 9 FROM cards c WHERE c.id = card_id AND board_id = $1 AND title = 'two'",
      [copy.id],
    )
    await db.query(
      "UPDATE marks SET n = 9 FROM cards c WHERE c.id = card_id AND marks.board_id = $1 AND title = 'one'",
      [copy.id],
    )
    const entries = (await diff()).resources.flatMap(({ pieces }) => pieces).flatMap((piece) => piece.entries)
    const changed = entries
      .filter(({ equal }) => !equal)
      .map(({ path, rows }) => [path, rows?.changed, rows?.added, rows?.samples[0]?.key])
    assert.deepEqual(changed, [
      ['marks.csv', 0, 1, { card_id: 'one', n: '1' }],
      ['stickers.csv', 1, 0, { card_id: 'two', label: 'sun' }],
    ])
  })
})

test.run()
