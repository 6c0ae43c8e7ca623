import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { type Albums, albumPiece, albums, onePlace } from '../albums.js'

const test = suite('references: rows that travel, and values that are unique beyond the resource')

const ddl = `CREATE DOMAIN kin AS text CHECK (VALUE ~ '^[a-z]+$');
CREATE TABLE photos (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE, n int,
  kind text, deleted_at timestamptz, slug varchar(12) UNIQUE, nick text UNIQUE, code text UNIQUE,
  tag text UNIQUE CONSTRAINT tag_short CHECK (length(tag) <= 10), room text UNIQUE, CONSTRAINT roomed CHECK (kind <> 'roomed' OR room IS NOT NULL), kin kin UNIQUE);
CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), photo_id uuid NOT NULL REFERENCES photos ON DELETE CASCADE, n int);
CREATE TABLE picks (album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE, n int, photo_id uuid REFERENCES photos);
CREATE TABLE remarks (id serial PRIMARY KEY, about_type text, about uuid, n int, answers int REFERENCES remarks)`

const pieceWith = (code: 'fail' | 'null') =>
  albumPiece([
    {
      table: 'photos',
      owner: 'album_id',
      order: ['n'],
      where: { sql: `deleted_at IS NULL AND kind <> $1 AND n < $2`, values: [`it's $2 \\`, 100] },
      unique: { slug: 'suffix', nick: 'null', code, tag: 'suffix', room: 'null', kin: 'suffix' },
    },
    {
      table: 'notes',
      owner: 'photo_id.album_id',
      order: ['photo_id.n', 'n'],
      references: { photo_id: 'photos' },
    },
    { table: 'picks', owner: 'album_id', order: ['n'], references: { photo_id: 'photos' } },
  ])

/** Remarks about rows of one table: their only way to the album. */
const remarks = (type: string, table: string, owner: string) =>
  albumPiece(
    [
      {
        table: 'remarks',
        owner: `about.${owner}`,
        order: ['n'],
        where: { sql: 'about_type = $1', values: [type] },
        references: { about: table, answers: 'remarks' },
      },
    ],
    {},
    { name: `album/${table}-remarks`, after: ['album/rows'] },
  )

const hosts = new Map<string, Albums>()
test.before(async () => {
  const typed = [remarks('Photo', 'photos', 'album_id'), remarks('Note', 'notes', 'photo_id.album_id')]
  for (const place of onePlace) hosts.set(place, await albums(place, ddl, [pieceWith('null'), ...typed]))
})
test.after(async () => {
  for (const host of hosts.values()) await host.close()
})

async function filled({ add, sql }: Albums) {
  const album = await add()
  await sql('DELETE FROM picks')
  await sql('DELETE FROM photos')
  await sql(
    `INSERT INTO photos (album_id, n, kind, deleted_at, slug, nick, code) VALUES ($1, 1, 'a', NULL, 'a-long-slug!', 'n', 'c'), ($1, 2, 'a', NULL, NULL, NULL, NULL),
       ($1, 3, 'a', now(), 's3', 'n3', 'c3'), ($1, 4, $2, NULL, 's4', NULL, NULL), ($1, 400, 'a', NULL, NULL, NULL, NULL)`,
    [album, `it's $2 \\`],
  )
  await sql('INSERT INTO notes (photo_id, n) SELECT id, n FROM photos WHERE album_id = $1', [album])
  await sql('INSERT INTO picks SELECT album_id, n, id FROM photos WHERE album_id = $1', [album])
  return album
}

const look = ({ sql }: Albums, id: string) =>
  sql<{
    n: number
    slug: string | null
    nick: string | null
    code: string | null
    notes: string
    picks: string
  }>(
    `SELECT p.n, p.slug, p.nick, p.code, (SELECT count(*) FROM notes x WHERE x.photo_id = p.id)::text AS notes,
       (SELECT count(*) FROM picks x WHERE x.photo_id = p.id AND x.album_id = p.album_id)::text AS picks
     FROM photos p WHERE p.album_id = $1 ORDER BY 1`,
    [id],
  )

for (const place of onePlace) {
  test(`rows that the condition leaves out do not travel, nor do those below them; references to them are told (${place})`, async () => {
    const host = hosts.get(place) as Albums
    const album = await filled(host)
    const exported = await host.export(album)
    for (const copy of [await host.import(exported.archive), await host.clone(album)]) {
      assert.ok(copy.ok, copy.told)
      const rows = await look(host, copy.id)
      assert.deepEqual(
        rows.map(({ n, notes, picks }) => [n, notes, picks]),
        [
          [1, '1', '1'],
          [2, '1', '1'],
        ],
      )
      assert.match(copy.told, /table\/reference-dangling: 3 rows lead by "photo_id" to rows of "photos"/)
      const [{ count } = { count: '' }] = await host.sql<{ count: string }>(
        'SELECT count(*)::text AS count FROM picks WHERE album_id = $1',
        [copy.id],
      )
      assert.equal(count, '5')
    }
  })

  test(`values that are taken get a suffix or are left empty, counted and told; free ones stay (${place})`, async () => {
    const host = hosts.get(place) as Albums
    const album = await filled(host)
    const exported = await host.export(album)
    const copies = [await host.import(exported.archive), await host.clone(album)]
    for (const copy of copies) {
      assert.ok(copy.ok, copy.told)
      for (const told of [
        /table\/unique-taken: 1 value of "slug" .* is taken here \(a-long-slug! → a-l-[0-9a-f]{8}\): each gets a suffix/,
        /1 value of "nick" .* left empty/,
        /1 value of "code" .* left empty/,
      ])
        assert.match(copy.told, told)
      const [first] = await look(host, copy.id)
      assert.match(first?.slug ?? '', /^a-l-[0-9a-f]{8}$/)
      assert.deepEqual([first?.nick, first?.code], [null, null])
    }
    await host.sql('DELETE FROM albums')
    const free = await host.import(exported.archive)
    assert.deepEqual((await look(host, free.id))[0]?.slug, 'a-long-slug!')
    assert.ok(!free.told.includes('unique-taken'))
  })
}

test('what takes the place of a value and its table refuses is refused by name before the first row', async () => {
  const host = hosts.get('server') ?? (hosts.get('embedded') as Albums)
  const refusals: readonly (readonly [string, string])[] = [
    [`tag = 'two'`, 'tag_short'],
    [`kind = 'roomed', room = 'r'`, 'roomed'],
    [`kin = 'ann'`, 'kin'],
  ]
  for (const [set, name] of refusals) {
    const album = await filled(host)
    await host.sql(`UPDATE photos SET ${set} WHERE n = 2`)
    const { archive } = await host.export(album)
    const says = new RegExp(`^table/check-violated: A value of the row is taken .* violates "${name}"`, 'm')
    assert.match((await host.validate(archive)).told, says)
    const imported = await host.import(archive)
    assert.match(imported.told, says)
    assert.match(imported.told, /^validation-failed/)
    const clone = await host.clone(album)
    assert.match(clone.told, name === 'kin' ? /kin_check/ : new RegExp(`check-violated: 1 row .*"${name}"`))
  }
  await host.sql('DELETE FROM albums')
})

test('a value that is taken fails validation, import and clone where that is declared, and leaves nothing', async () => {
  for (const place of onePlace) {
    const host = await albums(place, ddl, [pieceWith('fail')])
    try {
      const album = await filled(host)
      const { archive } = await host.export(album)
      const rows = () =>
        host.sql(
          `SELECT to_jsonb(a)::text AS row FROM albums a UNION ALL SELECT to_jsonb(p)::text FROM photos p
           UNION ALL SELECT to_jsonb(n)::text FROM notes n UNION ALL SELECT to_jsonb(p)::text FROM picks p ORDER BY 1`,
        )
      const before = await rows()
      const dry = await host.validate(archive)
      const imported = await host.import(archive)
      for (const { ok, findings, told } of [dry, imported]) {
        assert.ok(!ok, told)
        assert.match(told, /^validation-failed/)
        assert.deepEqual(
          findings.filter(({ severity }) => severity === 'error').map(({ code, column }) => [code, column]),
          [['table/unique-taken', 'code']],
          told,
        )
      }
      const clone = await host.clone(album)
      assert.ok(!clone.ok)
      assert.match(clone.told, /^table\/unique-taken: 1 value of "code" of table "photos" is taken here/)
      assert.deepEqual(await rows(), before)
      // Free, it travels.
      await host.sql('UPDATE photos SET code = NULL WHERE album_id = $1', [album])
      const free = await host.import(archive)
      assert.ok(free.ok, free.told)
      assert.equal((await look(host, free.id))[0]?.code, 'c')
    } finally {
      await host.close()
    }
  }
})

for (const place of onePlace)
  test(`rows that a type in a column leads to the owner by travel with a piece for each type: ${place}`, async () => {
    const host = hosts.get(place) as Albums
    const album = await filled(host)
    await host.sql(
      `INSERT INTO remarks (about_type, about, n) SELECT 'Photo', id, n FROM photos WHERE n < 3
       UNION ALL SELECT 'Note', id, n + 10 FROM notes WHERE n < 3 UNION ALL SELECT 'Album', $1, 30`,
      [album],
    )
    await host.sql(
      `INSERT INTO remarks (about_type, about, n, answers) SELECT about_type, about, n + 100, id FROM remarks WHERE n < 30`,
    )
    const remarksOf = (id: string) =>
      host.sql(
        `SELECT r.about_type, r.n, a.n AS answers, coalesce(p.album_id, q.album_id) = $1 AS own, a.about = r.about AS same
         FROM remarks r LEFT JOIN photos p ON r.about_type = 'Photo' AND p.id = r.about
         LEFT JOIN notes o ON r.about_type = 'Note' AND o.id = r.about LEFT JOIN photos q ON q.id = o.photo_id
         LEFT JOIN remarks a ON a.id = r.answers WHERE coalesce(p.album_id, q.album_id) = $1 ORDER BY r.n`,
        [id],
      )
    const content = await remarksOf(album)
    assert.equal(content.length, 8)
    const { archive } = await host.export(album)
    for (const copy of [await host.import(archive), await host.clone(album)]) {
      assert.ok(copy.ok, copy.told)
      assert.deepEqual(await remarksOf(copy.id), content)
    }
    assert.deepEqual(await remarksOf(album), content)
  })

test.run()
