import assert from 'node:assert/strict'
import { checkTables, tablePiece } from '@piecework/postgres'
import { suite } from 'uvu'
import { type Albums, albumPiece, albums, onePlace } from '../albums.js'

const test = suite('references: people')

const ddl = `CREATE TABLE people (id int PRIMARY KEY, email text UNIQUE, rights text);
INSERT INTO people VALUES (1, 'ann@x', ''), (2, 'bo@x', 'all'), (9, NULL, '');
CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int,
  writer int REFERENCES people, reader int NOT NULL REFERENCES people, editor int REFERENCES people, judge int REFERENCES people)`

const asked: (readonly string[])[] = []
let moved = new Map<string, string>()

const piece = albumPiece([
  {
    table: 'notes',
    owner: 'album_id',
    order: ['n'],
    references: {
      writer: {
        table: 'people',
        shared: {
          where: 'true',
          by: ['email'],
          missing: { row: '9' },
          find: async (keys, { tx }) => {
            asked.push(keys)
            assert.equal((await tx.query('SELECT 1')).rowCount, 1)
            return new Map([...moved].filter(([key]) => keys.includes(key)))
          },
        },
      },
      reader: {
        table: 'people',
        shared: {
          where: `rights = ''`,
          by: ['email'],
          missing: { row: '9' },
          find: { 'cy@x': '1', 'di@x': '2' },
        },
      },
      editor: { table: 'people', shared: { where: 'true', by: ['email'], missing: 'null' } },
      judge: { table: 'people', shared: { where: 'true', by: ['email'] } },
    },
  },
])

const hosts = new Map<string, Albums>()
test.before(async () => {
  for (const place of onePlace) hosts.set(place, await albums(place, ddl, [piece]))
})
test.after(async () => {
  for (const host of hosts.values()) await host.close()
})

/** An archive with these pairs of writer and reader, whose people have gone since. */
async function archiveOf(host: Albums, ...notes: readonly (readonly [string | null, string])[]) {
  const album = await host.add()
  await host.sql('DELETE FROM notes')
  const mails = [...new Set(notes.flat())].filter((mail) => mail !== null)
  for (const [at, mail] of mails.entries())
    await host.sql(`INSERT INTO people VALUES ($1, $2, '') ON CONFLICT (email) DO NOTHING`, [100 + at, mail])
  for (const [at, [writer, reader]] of notes.entries())
    await host.sql(
      `INSERT INTO notes (album_id, n, writer, reader) SELECT $1, $2, (SELECT id FROM people WHERE email = $3), id FROM people WHERE email = $4`,
      [album, at, writer, reader],
    )
  const { archive, ok, told } = await host.export(album)
  assert.ok(ok, told)
  await host.sql('DELETE FROM notes')
  await host.sql('DELETE FROM people WHERE id >= 100')
  return archive
}

/** An archive in which so many people stand in the column, in one to three rows each, who have gone since. */
async function archiveOfMany(host: Albums, column: 'editor' | 'judge', people: number) {
  const album = await host.add()
  await host.sql('DELETE FROM notes')
  await host.sql(
    `INSERT INTO people SELECT 1000 + n, 'p' || n || '@x', '' FROM generate_series(1, $1::int) n`,
    [people],
  )
  await host.sql(
    `INSERT INTO notes (album_id, n, reader, ${column}) SELECT $1, n * 10 + i, 1, 1000 + n
     FROM generate_series(1, $2::int) n, generate_series(1, n % 3 + 1) i`,
    [album, people],
  )
  const { archive, ok, told } = await host.export(album)
  assert.ok(ok, told)
  await host.sql('DELETE FROM notes')
  await host.sql('DELETE FROM people WHERE id > 1000')
  return archive
}

const written = async (host: Albums, id: string): Promise<readonly (readonly [unknown, unknown])[]> =>
  (await host.sql(`SELECT writer, reader FROM notes WHERE album_id = $1 ORDER BY n`, [id])).map(
    ({ writer, reader }) => [writer, reader] as const,
  )

for (const place of onePlace) {
  const host = (): Albums => hosts.get(place) as Albums

  test(`who is here is found, whom the host finds too, and one row stands for the others (${place})`, async () => {
    moved = new Map([['éva@x', '2']])
    const archive = await archiveOf(
      host(),
      ['ann@x', 'ann@x'],
      ['éva@x', 'cy@x'],
      ['Ann@x', 'zed@x'],
      [`o'"x\n`, 'zed@x'],
      [null, 'di@x'],
    )
    const dry = await host().validate(archive)
    const copy = await host().import(archive)
    assert.ok(dry.ok && copy.ok, copy.told)
    // The host says that it is bo, who may be no reader here.
    assert.deepEqual(await written(host(), copy.id), [
      [1, 1],
      [2, 1],
      [9, 9],
      [9, 9],
      [null, 9],
    ])
    for (const { findings } of [dry, copy]) {
      const told = findings.filter(({ code }) => code === 'table/placeholder-instead')
      assert.deepEqual(
        told.map(({ severity, column, count }) => [severity, column, count]),
        [
          ['warning', 'writer', 2],
          ['warning', 'reader', 3],
        ],
      )
      assert.match(told[0]?.message ?? '', /\("Ann@x": 1, "o'\\"x\\n": 1\): "9" takes their place/)
      assert.match(told[1]?.message ?? '', /\("zed@x": 2, "di@x": 1\)/)
    }
  })

  test(`each unmatched person is named with the number of rows, before and by the import (${place})`, async () => {
    const archive = await archiveOfMany(host(), 'editor', 45)
    const expected = Object.fromEntries(
      Array.from({ length: 45 }, (_, at) => [`p${at + 1}@x`, ((at + 1) % 3) + 1]),
    )
    const [dry, copy] = [await host().validate(archive), await host().import(archive)]
    assert.ok(dry.ok && copy.ok, copy.told)
    assert.deepEqual(
      (await host().sql('SELECT DISTINCT editor, reader FROM notes WHERE album_id = $1', [copy.id])).map(
        ({ editor, reader }) => [editor, reader],
      ),
      [[null, 1]],
    )
    for (const { findings } of [dry, copy]) {
      const told = findings.filter(({ column }) => column === 'editor')
      assert.deepEqual(
        told.map(({ severity, code }) => [severity, code]),
        Array(3).fill(['warning', 'table/reference-dangling']),
      )
      const named = told.map(({ message }) => [...message.matchAll(/"(p\d+@x)": (\d+)/g)])
      assert.deepEqual(Object.fromEntries(named.flat().map(([, who, rows]) => [who, Number(rows)])), expected)
      assert.deepEqual(
        told.map(({ count }) => count),
        named.map((some) => some.reduce((sum, [, , rows]) => sum + Number(rows), 0)),
      )
    }
  })

  test(`whoever must be here is named with the number of rows, and nothing is made (${place})`, async () => {
    const archive = await archiveOfMany(host(), 'judge', 4)
    const before = await host().sql('SELECT count(*) FROM albums')
    for (const { ok, findings } of [await host().validate(archive), await host().import(archive)]) {
      assert.ok(!ok)
      assert.deepEqual(
        findings.map(({ code, column, count, message }) => [
          code,
          column,
          /^"([^"]*)"/.exec(message)?.[1],
          count,
        ]),
        [2, 3, 1, 2].map((rows, at) => ['table/shared-missing', 'judge.email', `p${at + 1}@x`, rows]),
      )
      assert.match(findings[1]?.message ?? '', /; it is named 3 times\.$/)
    }
    assert.deepEqual(await host().sql('SELECT count(*) FROM albums'), before)
  })

  test(`nobody gains a right: rows of people are neither made nor changed (${place})`, async () => {
    const before = await host().sql('SELECT * FROM people ORDER BY id')
    moved = new Map()
    const copy = await host().import(await archiveOf(host(), ['bo@x', 'ann@x'], ['new@x', 'new@x']))
    assert.ok(copy.ok, copy.told)
    assert.deepEqual(await host().sql('SELECT * FROM people ORDER BY id'), before)
  })

  test(`a person who goes between validation and import is told by the import (${place})`, async () => {
    const archive = await archiveOf(host(), ['gone@x', 'ann@x'])
    await host().sql(`INSERT INTO people VALUES (50, 'gone@x', '')`)
    assert.doesNotMatch((await host().validate(archive)).told, /placeholder-instead/)
    await host().sql('DELETE FROM people WHERE id = 50')
    const copy = await host().import(archive)
    assert.match(copy.told, /"gone@x": 1/)
    assert.deepEqual(await written(host(), copy.id), [[9, 1]])
  })

  if (place === 'server')
    test(`texts that the column takes for equal are one person, and rows stay single (${place})`, async () => {
      const archive = await archiveOf(host(), ['Flo@x', 'ann@x'], ['flo@x', 'ann@x'], ['FLO@x', 'ANN@x'])
      moved = new Map([
        ['Flo@x', '2'],
        ['flo@x', '2'],
        ['FLO@x', '2'],
      ])
      await host().sql('CREATE EXTENSION citext')
      await host().sql('ALTER TABLE people ALTER COLUMN email TYPE citext')
      const copy = await host().import(archive)
      await host().sql('ALTER TABLE people ALTER COLUMN email TYPE text')
      assert.ok(copy.ok, copy.told)
      assert.deepEqual(await written(host(), copy.id), Array(3).fill([2, 1]))
    })

  test(`what the host finds must be asked for, and be a map (${place})`, async () => {
    moved = new Map()
    const archive = await archiveOf(host(), ['one@x', 'ann@x'])
    asked.length = 0
    assert.ok((await host().import(archive)).ok)
    assert.ok(asked.length > 0 && asked.every((keys) => keys.length === 1 && keys[0] === 'one@x'))
    moved = new Map([['one@x', 7 as never]])
    assert.match((await host().import(archive)).told, /registry-invalid|"find" of a shared reference/)
  })

  test(`a row that stands for all must be one that is here (${place})`, async () => {
    moved = new Map()
    const archive = await archiveOf(host(), ['nobody@x', 'ann@x'])
    await host().sql('UPDATE people SET id = 8 WHERE id = 9')
    const copy = await host().import(archive)
    assert.ok(!copy.ok)
    assert.match(copy.told, /table\/shared-missing: What "missing" names is no row of "people"/)
    await host().sql('UPDATE people SET id = 9 WHERE id = 8')
  })

  test(`what cannot be is refused before the first job (${place})`, async () => {
    await host().sql(
      'CREATE TABLE members (album_id uuid REFERENCES albums, person int REFERENCES people, PRIMARY KEY (album_id, person))',
    )
    const person = { table: 'people', shared: { where: 'true', by: ['email'] } } as const
    const problems = async (missing: 'importer' | 'null' | { row: string }): Promise<string> =>
      checkTables(host().db, [
        tablePiece({
          name: 'album/members',
          of: 'album',
          version: 1,
          tables: [
            {
              table: 'members',
              owner: 'album_id',
              order: ['person.email'],
              references: { person: { ...person, shared: { ...person.shared, missing } } },
            },
          ],
        }),
      ]).then(
        () => '',
        (error: Error) => error.message,
      )
    assert.match(await problems('importer'), /part of the unique key \(album_id, person\)/)
    assert.match(await problems({ row: '9' }), /part of the unique key/)
    assert.match(await problems('null'), /cannot be NULL, so "missing" cannot be "null"/)
  })
}

test.run()
