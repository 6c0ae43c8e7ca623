import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  createPiecework,
  isPieceworkError,
  type JobReport,
  memoryArtifacts,
  type Pack,
  type Piecework,
} from '@piecework/core'
import { checkTables, postgresStore, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { ann, serverWorld, shelfPack, type World } from '../keys/support.js'

const test = needsServer(suite('databases of other encodings than UTF8'))

const tables = `
CREATE TABLE shelves (id uuid PRIMARY KEY, name text, ready boolean NOT NULL DEFAULT true);
CREATE TABLE towns (id serial PRIMARY KEY, name text UNIQUE);
CREATE TABLE books (id text PRIMARY KEY, shelf_id uuid NOT NULL REFERENCES shelves ON DELETE CASCADE, n int, title varchar(6),
  doc jsonb, kept json, words text[], town_id int REFERENCES towns, after text REFERENCES books, note text CHECK (note <> 'ü'))`

const books = tablePiece({
  name: 'shelf/books',
  of: 'shelf',
  version: 1,
  tables: [
    {
      table: 'books',
      key: 'cuid',
      owner: 'shelf_id',
      order: ['n'],
      references: { after: 'books', town_id: { table: 'towns', shared: { where: 'true', by: ['name'] } } },
      json: { doc: [{ path: 'after', table: 'books' }], kept: [{ path: 'after', table: 'books' }] },
      text: { note: [{ pattern: '/books/{}', table: 'books' }] },
    },
  ],
})
/** Says something that not every database can hold. */
const teller = {
  name: 'tells',
  async *validate() {
    yield { severity: 'warning' as const, code: 'test/told', message: 'Zażółć 🙂 für' }
  },
}
const pack: Pack = shelfPack({ ...books, validators: [...(books.validators ?? []), teller] })

const artifacts = memoryArtifacts()
let utf8: World
let latin1: World
let hosts: readonly [utf8: Piecework, latin1: Piecework]

test.before(async () => {
  utf8 = await serverWorld(tables)
  latin1 = await serverWorld(tables, 'LATIN1')
  const host = ({ database }: World) =>
    createPiecework({ packs: [pack], store: postgresStore({ database }), artifacts, runtime: inProcess() })
  hosts = [host(utf8), host(latin1)]
  for (const one of hosts) await one.start()
  await latin1.query(`INSERT INTO towns (name) VALUES ('x'), ('Zürich')`)
  await utf8.query(`INSERT INTO towns (name) VALUES ('Zürich'), ('Łódź')`)
})
test.after(async () => {
  for (const one of hosts ?? []) await one.stop()
  await latin1.close()
  await utf8.close()
})

type Row = Readonly<Record<string, unknown>>
const plain = { title: 'füüüür', words: ['ä', 'b'], town: 'Zürich', doc: { ü: 1 }, kept: '{"a":"\\u0141"}' }

async function shelfOf(world: World, rows: readonly Row[]): Promise<string> {
  const id = randomUUID()
  await world.query(`INSERT INTO shelves VALUES ($1, 'für')`, [id])
  const key = (n: number) => `c${n}${id.replaceAll('-', '').slice(0, 23)}`
  for (const [n, row] of rows.entries()) {
    const { title, words, town, doc, kept, note = `ü /books/${key(0)} ü` } = { ...plain, ...row }
    await world.query(
      `INSERT INTO books SELECT $1, $2, $3::int, $4, $5::jsonb || jsonb_build_object('after', $10::text),
         replace($6, '}', ', "after": "' || $10 || '"}')::json, $7::text[], (SELECT id FROM towns WHERE name = $8), $10, $9`,
      [key(n), id, n, title, JSON.stringify(doc), kept, words, town, note, key(0)],
    )
  }
  return id
}

const contentOf = async (world: World, shelf: string) =>
  world.query(
    `SELECT b.n, b.title, b.doc - 'after' AS doc, regexp_replace(b.kept::text, 'c[0-9a-z]{20,}', 'id') AS kept, b.words, t.name AS town,
       b.after = f.id AND b.doc ->> 'after' = f.id AND b.kept::text LIKE '%"' || f.id || '"%' AND b.note = 'ü /books/' || f.id || ' ü' AS led
     FROM books b JOIN towns t ON t.id = b.town_id JOIN books f ON f.shelf_id = b.shelf_id AND f.n = 0 WHERE b.shelf_id = $1 ORDER BY b.n`,
    [shelf],
  )

const said = ({ findings }: JobReport) =>
  findings.filter(({ code }) => code === 'test/told').map(({ message }) => message)

const exported = async (host: Piecework, id: string) => {
  const { job } = await (await host.export({ resource: { kind: 'shelf', id }, principal: ann })).ended()
  return job.result.archive ?? assert.fail(JSON.stringify(job.error))
}

test('what was exported can be imported where the encoding has its characters, both ways, and cloned', async () => {
  const [fromUtf8, fromLatin1] = hosts
  const shelf = await shelfOf(utf8, [{}, { title: 'é' }])
  const expected = await contentOf(utf8, shelf)
  assert.deepEqual(
    expected.map(({ led }) => led),
    [true, true],
  )
  const there = await (
    await fromLatin1.import({ archive: await exported(fromUtf8, shelf), principal: ann })
  ).ended()
  assert.equal(there.job.outcome, 'succeeded', JSON.stringify([there.job.error, there.findings]))
  // The warning quotes what the database of the store does not have.
  assert.deepEqual(said(there), ['Za\\u{17c}ó\\u{142}\\u{107} \\u{1f642} für'])
  const resource = there.job.result.resource ?? assert.fail()
  assert.deepEqual(await contentOf(latin1, resource.id), expected)

  const back = await (
    await fromUtf8.import({ archive: await exported(fromLatin1, resource.id), principal: ann })
  ).ended()
  assert.deepEqual(await contentOf(utf8, back.job.result.resource?.id ?? ''), expected)
  assert.deepEqual(said(back), ['Zażółć 🙂 für'])
  const clone = await (await fromLatin1.clone({ resource, principal: ann })).ended()
  assert.deepEqual(await contentOf(latin1, clone.job.result.resource?.id ?? ''), expected)
})

test('all problems at once: values with characters that the database does not have, by line and column', async () => {
  const [fromUtf8, fromLatin1] = hosts
  const shelf = await shelfOf(utf8, [
    { title: 'Łódź' },
    { doc: { ź: 1 }, words: ['€'], note: '🙂' },
    { kept: '{"Ł":"\\u0141"}', town: 'Łódź' },
    { title: 'fits' },
  ])
  // Texts that are valid there, and as a file: an escape is a character in a jsonb alone.
  const archive = await exported(fromUtf8, shelf)
  const count = () => latin1.query('SELECT count(*) FROM books')
  const before = await count()
  for (const ask of ['validate', 'import'] as const) {
    const { job, findings } = await (await fromLatin1[ask]({ archive, principal: ann })).ended()
    assert.equal(job.error?.code, 'validation-failed')
    const problems = findings.filter(({ severity }) => severity === 'error')
    assert.deepEqual(
      problems.map(({ code, file, line, column }) => [code, file, line, column]),
      [
        [2, 'title'],
        [3, 'doc'],
        [3, 'words'],
        [3, 'note'],
        [4, 'kept'],
        [4, 'town_id.name'],
      ].map(([line, column]) => ['table/character-unknown', 'books.csv', line, column]),
    )
    assert.equal(
      problems[0]?.message,
      'A value of "title" for table "books" has "\\u{141}" (U+0141), which the encoding LATIN1 of this database does not have.',
    )
  }
  assert.deepEqual(await count(), before)
})

test('a request with such a text is refused before there is a job', async () => {
  const [fromUtf8, fromLatin1] = hosts
  const archive = await exported(fromUtf8, await shelfOf(utf8, []))
  const jobs = async () => (await fromLatin1.jobs({ principal: ann })).length
  const before = await jobs()
  for (const request of [
    { archive, principal: ann, name: 'Łódź' },
    { archive, principal: { id: 'ann', name: 'Łódź' } },
  ])
    await assert.rejects(
      fromLatin1.import(request),
      (error) => isPieceworkError(error, 'options-invalid') && error.message.includes('"Ł" (U+0141)'),
    )
  assert.equal(await jobs(), before)
  const fits = await (await fromLatin1.import({ archive, principal: ann, name: 'Zürich' })).ended()
  assert.equal(fits.job.outcome, 'succeeded')
})

test('SQL_ASCII is refused by name, by the check and by each job', async () => {
  const world = await serverWorld(tables, 'SQL_ASCII')
  try {
    await assert.rejects(
      checkTables(world.database, [books]),
      (error) =>
        isPieceworkError(error, 'registry-invalid') &&
        error.findings.some(({ code, hint }) => code === 'database/encoding' && hint?.includes('UTF8')),
    )
    const id = await shelfOf(world, [])
    const host = createPiecework({
      packs: [shelfPack(books)],
      store: postgresStore({ database: world.database }),
      artifacts,
      runtime: inProcess(),
    })
    await host.start()
    const { job } = await (await host.export({ resource: { kind: 'shelf', id }, principal: ann })).ended()
    await host.stop()
    assert.match(job.error?.message ?? '', /encoding SQL_ASCII/)
  } finally {
    await world.close()
  }
})

test.run()
