import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { checkTables } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { type Albums, albumPiece, albums, onePlace } from '../albums.js'

const test = suite('references: in arrays, names of members, texts and of several tables')

const ddl = `CREATE TABLE tags (id uuid PRIMARY KEY, album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE, name text);
CREATE TABLE photos (id uuid PRIMARY KEY, album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE, n int,
  tag_ids uuid[], grid uuid[], weights jsonb, body text, about_type text, about_id uuid)`

const pieceWith = (other?: 'keep') =>
  albumPiece([
    {
      table: 'photos',
      owner: 'album_id',
      order: ['n'],
      references: {
        tag_ids: 'tags',
        grid: 'tags',
        about_id: { by: 'about_type', tables: { Photo: 'photos', Tag: 'tags' }, ...(other && { other }) },
      },
      json: { weights: [{ path: 'by.{}', table: 'tags' }] },
      text: {
        body: [
          { pattern: '/tags/{}', table: 'tags' },
          { pattern: 'photo.{}.jpg', table: 'photos' },
        ],
      },
    },
    { table: 'tags', owner: 'album_id', order: ['name'] },
  ])

const hosts = new Map<string, Albums>()
test.before(async () => {
  for (const place of onePlace) hosts.set(place, await albums(place, ddl, [pieceWith()]))
})
test.after(async () => {
  for (const host of hosts.values()) await host.close()
})

/** Ids by the names of the rows of the same album; what leads elsewhere is `!`. */
const look = (id: string) => `SELECT p.n,
  (SELECT array_agg(CASE WHEN u.e IS NOT NULL THEN coalesce(${tag('u.e')}, '!') END ORDER BY u.o) FROM unnest(p.tag_ids) WITH ORDINALITY u(e, o)) AS tags,
  array_dims(p.tag_ids) AS dims, array_dims(p.grid) AS shape,
  (SELECT array_agg(coalesce(${tag('u.e')}, '-') ORDER BY u.o) FROM unnest(p.grid) WITH ORDINALITY u(e, o)) AS grid,
  (SELECT jsonb_object_agg(coalesce(${tag('k.key::uuid')}, '!'), k.value) FROM jsonb_each(CASE WHEN jsonb_typeof(p.weights -> 'by') = 'object' THEN p.weights -> 'by' END) k) AS weights,
  regexp_replace(p.body, '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'ID', 'g') AS body,
  (SELECT array_agg(coalesce(${tag('m.f[1]::uuid')}, (SELECT 'photo ' || q.n FROM photos q WHERE q.id = m.f[1]::uuid AND q.album_id = p.album_id), '!'))
    FROM regexp_matches(p.body, '([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})', 'g') m(f)) AS links,
  coalesce(${tag('p.about_id')}, (SELECT 'photo ' || q.n FROM photos q WHERE q.id = p.about_id AND q.album_id = p.album_id), CASE WHEN p.about_id IS NOT NULL THEN '!' END) AS about
  FROM photos p WHERE p.album_id = '${id}' ORDER BY p.n`
const tag = (id: string) => `(SELECT t.name FROM tags t WHERE t.id = ${id} AND t.album_id = p.album_id)`

async function filled({ add, sql }: Albums) {
  const album = await add()
  const [a, b, first, second, third] = Array.from({ length: 5 }, () => randomUUID()) as string[]
  await sql('INSERT INTO tags VALUES ($1, $3, $4), ($2, $3, $5)', [a, b, album, 'a', 'b'])
  const body = `[x](/tags/${a}/edit) (/tags/${b}) photo.${third}.jpg photo.${first}xjpg /tag/${a}`
  await sql(
    `INSERT INTO photos VALUES ($1, $6, 1, ARRAY[$5, NULL, $4, $5]::uuid[], $7::uuid[], jsonb_build_object('by', jsonb_build_object($4::text, 1, $5::text, 2), $4::text, 3), $8, 'Photo', $3),
       ($2, $6, 2, '{}', NULL, '{"by": 7}', '', 'Tag', $4), ($3, $6, 3, NULL, '{}', NULL, NULL, NULL, NULL)`,
    [first, second, third, a, b, album, `[0:1][2:3]={{${a},${b}},{NULL,${a}}}`, body],
  )
  return { album, a: a as string, b: b as string, first: first as string }
}

for (const place of onePlace) {
  test(`new ids: ids inside values lead to rows of the copy (${place})`, async () => {
    const host = hosts.get(place) as Albums
    const { album } = await filled(host)
    const exported = await host.export(album)
    assert.ok(exported.ok, exported.told)
    assert.equal((await host.validate(exported.archive)).told, '')
    const expected = await host.sql(look(album))
    assert.deepEqual((expected[0] as Record<string, unknown>).links, ['a', 'b', 'photo 3', 'photo 1', 'a'])
    for (const copy of [await host.import(exported.archive), await host.clone(album)]) {
      assert.ok(copy.ok, copy.told)
      assert.match(copy.told, /^table\/text-rewritten: 1 value of "body"/)
      const rows = await host.sql(look(copy.id))
      const [first] = rows as Record<string, unknown>[]
      // What no pattern finds stays as it is, and leads to the source.
      assert.deepEqual({ ...first, links: null }, { ...expected[0], links: null })
      assert.deepEqual(first?.links, ['a', 'b', 'photo 3', '!', '!'])
      assert.deepEqual(rows.slice(1), expected.slice(1))
      const difference = await host.diff(exported.archive, copy.id)
      const [photos] = difference.resources.flatMap(({ pieces }) => pieces.flatMap(({ entries }) => entries))
      assert.deepEqual([photos?.path, photos?.rows?.columns], ['photos.csv', {}])
    }
  })

  test(`honest counts: ids inside values that lead nowhere are told with their number (${place})`, async () => {
    const host = hosts.get(place) as Albums
    const { album, a, first } = await filled(host)
    const gone = randomUUID()
    await host.sql(
      `UPDATE photos SET tag_ids = ARRAY[$1, $2, $1, NULL]::uuid[], grid = ARRAY[ARRAY[$1, $2], ARRAY[$2, $2]]::uuid[],
         weights = jsonb_build_object('by', jsonb_build_object($1::text, 1, $2::text, 2)), body = '/tags/' || $1 WHERE id = $3`,
      [gone, a, first],
    )
    const exported = await host.export(album)
    for (const copy of [await host.import(exported.archive), await host.clone(album)]) {
      assert.ok(copy.ok, copy.told)
      for (const told of [
        /2 ids in "tag_ids" .* left out/,
        /1 id in "grid" .* left out/,
        /1 id at "by\.\{\}" in "weights" .* left out/,
        /1 id at "\/tags\/\{\}" in "body" .* kept as they are/,
      ])
        assert.match(copy.told, told)
      const [row] = (await host.sql(look(copy.id))) as Record<string, unknown>[]
      assert.deepEqual(
        [row?.tags, row?.shape, row?.grid, row?.weights],
        [['a', null], '[1:2][1:2]', ['-', 'a', 'a', 'a'], { a: 2 }],
      )
    }
  })

  test(`values as they are: ids of a type without a table are kept where that is declared, and those of the others lead to the copy (${place})`, async () => {
    const host = await albums(place, ddl, [pieceWith('keep')])
    try {
      const { album, first } = await filled(host)
      const person = randomUUID()
      await host.sql(`UPDATE photos SET about_type = 'Person', about_id = $2 WHERE id = $1`, [first, person])
      const exported = await host.export(album)
      assert.ok(exported.ok, exported.told)
      const [, second] = await host.sql<{ about: string }>(look(album))
      for (const copy of [await host.import(exported.archive), await host.clone(album)]) {
        assert.ok(copy.ok, copy.told)
        assert.ok(!copy.told.includes('about_id'), copy.told)
        const rows = await host.sql('SELECT about_type, about_id FROM photos WHERE album_id = $1 AND n = 1', [
          copy.id,
        ])
        assert.deepEqual(rows, [{ about_type: 'Person', about_id: person }])
        const [, about] = await host.sql<{ about: string }>(look(copy.id))
        assert.deepEqual([about?.about, second?.about], ['a', 'a'])
      }
    } finally {
      await host.close()
    }
  })

  test(`honest counts: a type without a table is refused by name (${place})`, async () => {
    const host = hosts.get(place) as Albums
    const { album, first } = await filled(host)
    await host.sql(`UPDATE photos SET about_type = 'Person' WHERE id = $1`, [first])
    for (const refused of [await host.export(album), await host.clone(album)]) {
      assert.ok(!refused.ok)
      assert.match(refused.told, /^table\/type-unknown: 1 row has in "about_type" of table "photos"/)
    }
  })
}

test.run()

const onServer = needsServer(suite('references: in texts of other types'))

onServer('new ids: in a varchar and a char patterns mind case, in a citext they do not', async () => {
  const linked = (...patterns: string[]) =>
    albumPiece([
      { table: 'tags', owner: 'album_id', order: ['name'] },
      {
        table: 'lines',
        owner: 'album_id',
        order: ['n'],
        text: {
          short: [{ pattern: '/tags/{}', table: 'tags' }],
          fixed: [{ pattern: '/tags/{}', table: 'tags' }],
          mixed: patterns.map((pattern) => ({ pattern, table: 'tags' })),
        },
      },
    ])
  const piece = linked('/tags/{}')
  const host = await albums(
    'server',
    `CREATE EXTENSION citext;
CREATE TABLE tags (id serial PRIMARY KEY, album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE, name text);
CREATE TABLE lines (id serial PRIMARY KEY, album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE, n int,
  short varchar(40), fixed char(40), mixed citext)`,
    [piece],
  )
  try {
    assert.deepEqual(await checkTables(host.db, [piece]), [])
    await assert.rejects(
      checkTables(host.db, [linked('/tags/{}', '/TAGS/{}')]),
      /two patterns of "mixed" .* may find the same id/,
    )
    const album = await host.add()
    const [tag] = await host.sql<{ id: number }>(
      `INSERT INTO tags (album_id, name) VALUES ($1, 'a') RETURNING id`,
      [album],
    )
    const text = `See /tags/${tag?.id}, /TAGS/${tag?.id} or /Tags/${tag?.id}x`
    await host.sql('INSERT INTO lines (album_id, n, short, fixed, mixed) VALUES ($1, 1, $2, $3, $4)', [
      album,
      text,
      text,
      text,
    ])
    const exported = await host.export(album)
    for (const copy of [await host.import(exported.archive), await host.clone(album)]) {
      assert.ok(copy.ok, copy.told)
      const [found] = await host.sql(
        'SELECT t.id::text, short, rtrim(fixed) AS fixed, mixed::text FROM tags t JOIN lines USING (album_id) WHERE album_id = $1',
        [copy.id],
      )
      const small = text.replace(`/tags/${tag?.id}`, `/tags/${found?.id}`)
      const both = small.replace(`/TAGS/${tag?.id}`, `/TAGS/${found?.id}`)
      assert.deepEqual([found?.short, found?.fixed, found?.mixed], [small, small, both])
    }
  } finally {
    await host.close()
  }
})

onServer.run()
