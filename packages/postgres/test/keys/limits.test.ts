import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createPiecework, isPieceworkError, memoryArtifacts, memoryStore } from '@piecework/core'
import { entriesOf, type KeyRange, type Piece } from '@piecework/core/piece'
import { checkTables, type TableSpec } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import {
  ann,
  cloneOf,
  contentOf,
  made,
  sampleShelves,
  serverWorld,
  shelfPack,
  shelfPiece,
  shelfTables,
  succeeded,
  type World,
  wholePack,
  withHost,
} from './support.js'

const test = needsServer(suite('keys: what a sequence and a column can hold'))
let world: World

test.before(async () => {
  world = await serverWorld(`${shelfTables};
    CREATE TABLE small (id smallserial PRIMARY KEY, shelf_id uuid);
    CREATE SEQUENCE short_seq MAXVALUE 20;
    CREATE TABLE bounded (id bigint PRIMARY KEY DEFAULT nextval('short_seq'), shelf_id uuid);
    CREATE TABLE behind (id serial PRIMARY KEY, shelf_id uuid);
    CREATE TABLE ahead (id serial PRIMARY KEY, shelf_id uuid);
    CREATE SEQUENCE pooled INCREMENT 50;
    CREATE TABLE hilo (id bigint PRIMARY KEY, shelf_id uuid);
    CREATE TABLE given (id serial PRIMARY KEY, shelf_id uuid);
    CREATE TABLE numbered (id uuid PRIMARY KEY, shelf_id uuid, no serial UNIQUE);
    CREATE TABLE queued (id uuid PRIMARY KEY, shelf_id uuid, no serial UNIQUE, title text, next uuid);
    CREATE TABLE dated (id serial, day date, shelf_id uuid, PRIMARY KEY (id, day))`)
})
test.after(() => world.close())

const table = (name: string, more: Partial<TableSpec> = {}): TableSpec => ({
  table: name,
  owner: 'shelf_id',
  order: ['id'],
  ...more,
})
const piece = (name: string, more?: Partial<TableSpec>) => shelfPiece('x', [table(name, more)])

/** What the piece reserves for an archive with this table, or for the rows of a shelf. */
async function reserved(
  of: Piece,
  from: { readonly csv: string; readonly table: string } | { readonly shelf: string },
) {
  const added: [string, KeyRange][] = []
  const ref = { kind: 'shelf', id: 'shelf' in from ? from.shelf : randomUUID() }
  const bytes = 'csv' in from ? Buffer.from(from.csv) : undefined
  const file = bytes &&
    'table' in from && { path: `${from.table}.csv`, facts: { size: bytes.length }, open: () => chunks(bytes) }
  await world.database.transaction(async (tx) => {
    await of.keys?.reserve?.({
      jobId: randomUUID(),
      resource: { kind: 'shelf', id: randomUUID() },
      source: ref,
      principal: ann,
      options: undefined,
      signal: new AbortController().signal,
      progress: () => {},
      tx,
      carries: () => true,
      finding: () => {},
      ...(file && { entries: entriesOf([file]) }),
      add: async (name, ranges) => {
        for (const range of ranges) added.push([name, range])
      },
      reserved: async function* () {},
    })
  })
  return added
}

async function* chunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7)
}

const next = async (sequence: string): Promise<number> => {
  const [row] = await world.query<{ n: string }>(`SELECT nextval('${sequence}') AS n`)
  return Number(row?.n)
}

const csv = (header: string, ...lines: readonly (number | string)[]) => `${header}\n${lines.join('\n')}\n`

const refusal = (code: string, message: RegExp) => (error: unknown) => {
  assert.ok(isPieceworkError(error), String(error))
  assert.deepEqual([error.code, error.retryable], [code, false])
  assert.match(error.message, message)
  return true
}

test('new ids: the smallest old key becomes the smallest new one, and neighbours stay neighbours', async () => {
  const from = { table: 'ahead', csv: csv('shelf_id,id', ',7', ',5', ',6', ',-3', ',100') }
  const first = (await next('ahead_id_seq')) + 1
  assert.deepEqual(await reserved(piece('ahead'), from), [
    ['ahead', { oldFrom: -3n, newFrom: BigInt(first), length: 1 }],
    ['ahead', { oldFrom: 5n, newFrom: BigInt(first + 1), length: 3 }],
    ['ahead', { oldFrom: 100n, newFrom: BigInt(first + 4), length: 1 }],
  ])
  assert.equal(await next('ahead_id_seq'), first + 5)
  assert.deepEqual(await reserved(piece('ahead'), { table: 'ahead', csv: 'shelf_id,id\n' }), [])
  assert.equal(await next('ahead_id_seq'), first + 6)
})

test('new ids: a key that an archive has twice, or lacks, or that is none, is refused before anything is drawn', async () => {
  const before = await next('ahead_id_seq')
  for (const lines of [[',1', ',1'], [',1', ','], [',1', ',x'], [',99999999999999999999']]) {
    const tried = reserved(piece('ahead'), { table: 'ahead', csv: csv('shelf_id,id', ...lines) })
    await assert.rejects(tried, refusal('archive-invalid', /^Entry "ahead\.csv"/))
  }
  assert.equal(await next('ahead_id_seq'), before + 1)
})

test('new ids: numbers that the column or the sequence cannot hold are refused, and but one is drawn', async () => {
  await world.query(`SELECT setval('small_id_seq', 32700)`)
  const lines = Array.from({ length: 100 }, (_, n) => `,${n}`)
  for (const [name, sequence] of [
    ['small', 'small_id_seq'],
    ['bounded', 'short_seq'],
  ] as const) {
    const before = await next(sequence)
    const tried = reserved(piece(name), { table: name, csv: csv('shelf_id,id', ...lines) })
    await assert.rejects(
      tried,
      refusal('keys-exhausted', new RegExp(`${sequence} has fewer than 100 numbers left`)),
    )
    assert.equal(await next(sequence), before + 2)
  }
})

test('new ids: a sequence behind its table is refused with the statement that moves it', async () => {
  await world.query('INSERT INTO behind (id) VALUES (1), (2), (40)')
  const from = { table: 'behind', csv: csv('shelf_id,id', ',1', ',2', ',3', ',4') }
  const statements: string[] = []
  for (let tries = 0; tries < 2; tries++) {
    await assert.rejects(reserved(piece('behind'), from), (error) => {
      refusal('sequence-behind', /rows of "behind" have already; .* SELECT setval\(/)(error)
      statements.push(/SELECT setval\(.*\)(?= moves it)/.exec((error as Error).message)?.[0] ?? '')
      return true
    })
  }
  await world.query(statements[0] ?? '')
  assert.deepEqual(await reserved(piece('behind'), from), [
    ['behind', { oldFrom: 1n, newFrom: 41n, length: 4 }],
  ])
  await world.query(statements[1] ?? '')
  assert.equal(await next('behind_id_seq'), 45)
})

test('new ids: a sequence whose numbers stand apart is warned of, and gives each row one of them', async () => {
  const spec = { key: { sequence: 'pooled' } } as const
  const warned = await checkTables(world.database, [piece('hilo', spec)])
  assert.deepEqual(
    warned.map(({ severity, code, table, column }) => [severity, code, table, column]),
    [['warning', 'tables/sequence-increment', 'hilo', 'id']],
  )
  const from = { table: 'hilo', csv: csv('shelf_id,id', ',1', ',2', ',51', ',101') }
  assert.deepEqual(await reserved(piece('hilo', spec), from), [
    ['hilo', { oldFrom: 1n, newFrom: 1n, length: 1 }],
    ['hilo', { oldFrom: 2n, newFrom: 51n, length: 1 }],
    ['hilo', { oldFrom: 51n, newFrom: 101n, length: 1 }],
    ['hilo', { oldFrom: 101n, newFrom: 151n, length: 1 }],
  ])
})

test('new ids: of a key of several columns, a number may come twice', async () => {
  const from = {
    table: 'dated',
    csv: csv('shelf_id,id,day', ',1,2020-01-01', ',1,2020-01-02', ',2,2020-01-01'),
  }
  assert.deepEqual(await reserved(piece('dated'), from), [['dated', { oldFrom: 1n, newFrom: 1n, length: 2 }]])
})

test('new ids: where numbers travel, the host draws none of them again', async () => {
  const travelling: readonly [string, string, Partial<TableSpec>, string][] = [
    ['given', 'given_id_seq', { key: 'natural' }, 'id'],
    ['numbered', 'numbered_no_seq', { columns: ['no'] }, 'no'],
  ]
  for (const [name, sequence, more, column] of travelling) {
    const lines = ['3', '500', '20'].map((n) => (column === 'id' ? `,${n}` : `,${randomUUID()},${n}`))
    const from = { table: name, csv: csv(column === 'id' ? 'shelf_id,id' : 'shelf_id,id,no', ...lines) }
    assert.deepEqual(await reserved(piece(name, more), from), [])
    assert.equal(await next(sequence), 501)
    assert.deepEqual(await reserved(piece(name, more), from), [])
    assert.equal(await next(sequence), 502)
    const far = { ...from, csv: from.csv.replace(',500\n', ',2000000\n') }
    let statement = ''
    await assert.rejects(reserved(piece(name, more), far), (error) => {
      refusal('sequence-behind', /stands at 502, and numbers as far as 2000000 are to be written/)(error)
      statement = /SELECT setval\(.*\)(?= moves it)/.exec((error as Error).message)?.[0] ?? ''
      return true
    })
    await world.query(statement)
    assert.deepEqual(await reserved(piece(name, more), far), [])
    assert.equal(await next(sequence), 2_000_001)
  }
})

test('new ids: numbers follow the order of the rows, whatever becomes of their references', async () => {
  const spec: TableSpec = {
    table: 'queued',
    owner: 'shelf_id',
    order: ['title'],
    references: { next: 'queued' },
  }
  await withHost(world, shelfPack(shelfPiece('queued', [spec])), async (piecework) => {
    const id = randomUUID()
    await world.query(`INSERT INTO shelves VALUES ($1, 'queue')`, [id])
    await world.query(
      `INSERT INTO queued (id, shelf_id, title, next) SELECT gen_random_uuid(), $1, 't' || g % 7, CASE WHEN g % 5 = 0 THEN gen_random_uuid() END FROM generate_series(1, 50) g`,
      [id],
    )
    const titles = (shelf: string) =>
      world.query(
        `SELECT title, row_number() OVER (ORDER BY no) AS n FROM queued WHERE shelf_id = $1 ORDER BY no`,
        [shelf],
      )
    const { job } = await (await cloneOf(piecework, id)).ended()
    const exported = await succeeded(piecework.export({ resource: { kind: 'shelf', id }, principal: ann }))
    const archive = { artifact: exported.job.result.archive?.artifact ?? '' }
    const { job: imported } = await (await piecework.import({ archive, principal: ann })).ended()
    const sorted = Array.from({ length: 50 }, (_, n) => `t${(n + 1) % 7}`).sort()
    for (const copy of [job, imported]) {
      assert.equal(copy.outcome, 'succeeded')
      const found = await titles(copy.result.resource?.id ?? '')
      assert.deepEqual(
        found.map(({ title }) => title),
        sorted,
      )
    }
  })
})

test('new ids: jobs in memory reserve keys, too', async () => {
  const piecework = createPiecework({
    packs: [wholePack],
    store: memoryStore({ database: world.database }),
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
  })
  await piecework.start()
  const [source] = await sampleShelves(world)
  const before = await contentOf(world, source)
  try {
    assert.deepEqual(await contentOf(world, made(await succeeded(cloneOf(piecework, source)))), before)
  } finally {
    await piecework.stop()
  }
})

test('new ids: more ranges than a statement holds are looked up', async () => {
  const books = table('books', { order: ['title'], references: { sequel_id: 'books' } })
  await withHost(world, shelfPack(shelfPiece('books', [books])), async (piecework) => {
    const id = randomUUID()
    await world.query(`INSERT INTO shelves VALUES ($1, 'many')`, [id])
    // Each a range of its own.
    await world.query(
      `INSERT INTO books (id, shelf_id, title, sequel_id) OVERRIDING SYSTEM VALUE
       SELECT 1000000 + 2 * g, $1, g::text, CASE WHEN g > 1 THEN 1000000 + 2 * (g - 1) END FROM generate_series(1, 66000) g`,
      [id],
    )
    const clone = made(await succeeded(cloneOf(piecework, id)))
    const [found] = await world.query<{ count: string }>(
      `SELECT count(*) FROM books b LEFT JOIN books s ON s.id = b.sequel_id AND s.shelf_id = b.shelf_id AND s.title::int = b.title::int - 1
       WHERE b.shelf_id = $1 AND (s.id IS NOT NULL) = (b.title <> '1')`,
      [clone],
    )
    assert.equal(Number(found?.count), 66_000)
  })
})

/** Of each page: its book, the sequel of that, and what the page refers to. */
const titlesOf = (shelf: string) =>
  world.query(
    `SELECT b.title, s.title AS sequel, p.n, o.title AS see, d.title AS doc FROM books b
     JOIN pages p ON p.book_id = b.id LEFT JOIN books s ON s.id = b.sequel_id AND s.shelf_id = b.shelf_id
     LEFT JOIN books o ON o.id = p.see AND o.shelf_id = b.shelf_id LEFT JOIN books d ON d.id = (p.doc #>> '{by,x}')::int AND d.shelf_id = b.shelf_id
     WHERE b.shelf_id = $1 ORDER BY b.title, p.n`,
    [shelf],
  )

test('new ids: statements of a table whose keys are in many runs do not hold all of them', async () => {
  const [shelf] = await sampleShelves(world, 1800)
  const { query } = pg.Client.prototype
  let longest = ''
  pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
    const [first] = given as [string | { readonly text?: string }]
    const text = typeof first === 'string' ? first : (first.text ?? '')
    if (text.length > longest.length) longest = text
    return (query as (...all: unknown[]) => unknown).apply(this, given)
  } as typeof query
  try {
    await withHost(world, wholePack, async (host) => {
      const ref = { kind: 'shelf', id: shelf }
      const content = await titlesOf(shelf)
      const cloned = await succeeded(host.clone({ resource: ref, principal: ann }))
      assert.deepEqual(await titlesOf(made(cloned)), content)
      const exported = await succeeded(host.export({ resource: ref, principal: ann }))
      const { archive } = exported.job.result
      assert.ok(archive)
      const imported = await succeeded(host.import({ archive, principal: ann }))
      assert.deepEqual(await titlesOf(made(imported)), content)
    })
  } finally {
    pg.Client.prototype.query = query
  }
  assert.ok(longest.length < 20_000, `${longest.length} characters: ${longest.slice(0, 500)}`)
})

test.run()
