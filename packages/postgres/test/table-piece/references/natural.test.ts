import assert from 'node:assert/strict'
import { checkTables, type TableSpec } from '@piecework/postgres'
import { suite } from 'uvu'
import { type Albums, albumPiece, albums, lossesOf, onePlace } from '../albums.js'

const test = suite('references: natural keys lead to rows of the job alone')

const of = 'album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE'
const ddl = `CREATE TABLE groups (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), ${of}, n int);
CREATE TABLE codes (code text PRIMARY KEY, ${of}, hidden boolean DEFAULT false, parent text REFERENCES codes, near text);
CREATE TABLE numbers (no int PRIMARY KEY, group_id uuid NOT NULL REFERENCES groups ON DELETE CASCADE, hidden boolean DEFAULT false);
CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), ${of}, n int,
  code text REFERENCES codes, loose text, codes text[], no int REFERENCES numbers, nos int[], doc jsonb, about_type text, about text);
CREATE TABLE musts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), ${of}, n int, code text NOT NULL REFERENCES codes)`

const shown = { sql: 'NOT hidden' }
const toCodes = { table: 'codes', key: 'code' }
const toNumbers = { table: 'numbers', key: 'no' }
const codes: TableSpec = {
  table: 'codes',
  key: 'natural',
  owner: 'album_id',
  order: ['code'],
  where: shown,
  references: { parent: toCodes, near: toCodes },
}
const tables: readonly TableSpec[] = [
  { table: 'groups', owner: 'album_id', order: ['n'] },
  codes,
  {
    table: 'numbers',
    key: 'natural',
    owner: 'group_id.album_id',
    order: ['no'],
    where: shown,
    references: { group_id: 'groups' },
  },
  {
    table: 'notes',
    owner: 'album_id',
    order: ['n'],
    references: {
      code: toCodes,
      loose: toCodes,
      codes: toCodes,
      no: toNumbers,
      nos: toNumbers,
      about: { by: 'about_type', tables: { Code: toCodes } },
    },
    json: {
      doc: [
        { path: 'code', ...toCodes },
        { path: 'no', ...toNumbers },
        { path: 'by.{}', ...toCodes },
      ],
    },
  },
  { table: 'musts', owner: 'album_id', order: ['n'], references: { code: toCodes } },
]
const piece = albumPiece(tables)

const hosts = new Map<string, Albums>()
test.before(async () => {
  for (const place of onePlace) hosts.set(place, await albums(place, ddl, [piece]))
})
test.after(async () => {
  for (const host of hosts.values()) await host.close()
})

/** Rows of one album: what is shown, and what does not travel. */
async function fill({ sql }: Albums, album: string, shownKeys: readonly number[], hidden: readonly number[]) {
  const rows = [...shownKeys.map((no) => [no, false]), ...hidden.map((no) => [no, true])]
  await sql('INSERT INTO groups (album_id, n) VALUES ($1, 1)', [album])
  for (const [no, isHidden] of rows) {
    await sql(`INSERT INTO codes VALUES ('c' || $1::int, $2, $3)`, [no, album, isHidden])
    await sql('INSERT INTO numbers SELECT $1, id, $3 FROM groups WHERE album_id = $2', [no, album, isHidden])
  }
}

const lead = async ({ sql }: Albums, album: string, keys: readonly number[]) => {
  for (const no of keys) {
    await sql(
      `INSERT INTO notes (album_id, n, code, loose, codes, no, nos, doc, about_type, about)
       SELECT $1, $2, c, c, ARRAY[c], $2, ARRAY[$2::int], jsonb_build_object('code', c, 'no', $2::int, 'by', jsonb_build_object(c, 1)), 'Code', c FROM (SELECT 'c' || $2::int AS c) x`,
      [album, no],
    )
    await sql(`INSERT INTO musts (album_id, n, code) VALUES ($1, $2, 'c' || $2::int)`, [album, no])
  }
}

const look = async ({ sql }: Albums, album: string) => ({
  notes: await sql<object>(
    'SELECT n, code, loose, codes, no, nos, doc, about FROM notes WHERE album_id = $1 ORDER BY n',
    [album],
  ),
  musts: (await sql<{ n: number }>('SELECT n FROM musts WHERE album_id = $1 ORDER BY n', [album])).map(
    ({ n }) => n,
  ),
  codes: await sql<object>('SELECT code, parent, near FROM codes WHERE album_id = $1 ORDER BY code', [album]),
})

const leading = (n: number) => ({
  n,
  code: `c${n}`,
  loose: `c${n}`,
  codes: [`c${n}`],
  no: n,
  nos: [n],
  doc: { no: n, by: { [`c${n}`]: 1 }, code: `c${n}` },
  about: `c${n}`,
})
const empty = (n: number) => ({
  n,
  code: null,
  loose: null,
  codes: [],
  no: null,
  nos: [],
  doc: { no: null, by: {}, code: null },
  about: null,
})

for (const place of onePlace) {
  test(`new ids: a natural key leads to the row that travelled, and to no row of another album (${place})`, async () => {
    const host = hosts.get(place) as Albums
    const { sql } = host
    await sql('DELETE FROM albums')
    const [album, other] = [await host.add(), await host.add()]
    await fill(host, album, [1, 2], [3])
    await fill(host, other, [4], [])
    // An archive may name any key: 3 does not travel, and 4 is another album's.
    await lead(host, album, [1, 2, 3, 4])
    await sql(`UPDATE codes SET parent = 'c2', near = 'c4' WHERE code = 'c1'`)
    await sql(`UPDATE codes SET parent = 'c3', near = 'c1' WHERE code = 'c2'`)
    const exported = await host.export(album)
    assert.ok(exported.ok, exported.told)
    await sql('DELETE FROM albums WHERE id = $1', [album])
    await fill(host, await host.add(), [3], [])
    const dry = await host.validate(exported.archive)
    const copy = await host.import(exported.archive)
    assert.ok(copy.ok, copy.told)
    assert.deepEqual(lossesOf(dry), lossesOf(copy))
    assert.deepEqual(await look(host, copy.id), {
      notes: [leading(1), leading(2), empty(3), empty(4)],
      musts: [1, 2],
      codes: [
        { code: 'c1', parent: 'c2', near: null },
        { code: 'c2', parent: null, near: 'c1' },
      ],
    })
    const told = [
      ...['code', 'loose', 'no', 'about'].map((name) => `2 rows lead by "${name}" .* left empty`),
      ...['parent', 'near'].map((name) => `1 row leads by "${name}" .* left empty`),
      ...['codes', 'nos'].map((name) => `2 ids in "${name}" .* left out`),
      ...['code', 'no', 'by\\.\\{\\}'].map((path) => `2 ids at "${path}" in "doc" .* left out`),
      'table/row-skipped: 2 rows lead by "code" .* left out',
    ]
    for (const one of told) assert.match(copy.told, new RegExp(one))
    assert.equal(copy.findings.length, told.length)
  })

  test(`new ids: a clone leads by natural keys to none of the rows that stay (${place})`, async () => {
    const host = hosts.get(place) as Albums
    await host.sql('DELETE FROM albums')
    const album = await host.add()
    await fill(host, album, [], [1, 2])
    await lead(host, album, [1, 2])
    const before = await look(host, album)
    const copy = await host.clone(album)
    assert.ok(copy.ok, copy.told)
    assert.deepEqual(await look(host, copy.id), { notes: [empty(1), empty(2)], musts: [], codes: [] })
    assert.deepEqual(await look(host, album), before)
    assert.match(copy.told, /2 rows lead by "code" to rows of "codes" that are not there/)
  })

  test(`new ids: nothing is told of natural keys that all lead to rows that travel (${place})`, async () => {
    const host = hosts.get(place) as Albums
    await host.sql('DELETE FROM albums')
    const album = await host.add()
    await fill(host, album, [1, 2], [])
    await lead(host, album, [1, 2])
    await host.sql(`UPDATE codes SET parent = 'c2', near = 'c1'`)
    const before = await look(host, album)
    const exported = await host.export(album)
    await host.sql('DELETE FROM albums')
    const copy = await host.import(exported.archive)
    assert.equal(copy.told, '')
    assert.deepEqual(await look(host, copy.id), before)
  })
}

test('refusals: natural keys of a table that leads to no resource by any known column are refused by name', async () => {
  const host = await albums(
    'embedded',
    `CREATE TABLE countries (code text PRIMARY KEY, keeper uuid);
CREATE TABLE visits (id uuid PRIMARY KEY, ${of}, n int, country text)`,
    [],
  )
  try {
    const countries = albumPiece(
      [{ table: 'countries', key: 'natural', owner: 'keeper', order: ['code'] }],
      {},
      { name: 'album/countries' },
    )
    const visits = (more: object) =>
      albumPiece(
        [
          {
            table: 'visits',
            owner: 'album_id',
            order: ['n'],
            references: { country: { table: 'countries', key: 'code', ...more } },
          },
        ],
        { after: ['album/countries'] },
      )
    const refused =
      /"visits"\."country" leads to natural keys of "countries"\."code", and it is not known by which column a row of "countries" leads to the resource/
    await assert.rejects(checkTables(host.db, [countries, visits({})]), refused)
    const shared = { shared: { where: 'true', by: ['code'] } }
    await checkTables(host.db, [countries, visits(shared)])
  } finally {
    await host.close()
  }
})

test.run()
