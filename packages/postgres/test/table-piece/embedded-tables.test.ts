import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { type Albums, albumPiece, albums } from './albums.js'

/** What other files test on a server, where there is one: a part of it where there is none, in one host. */
const test = suite('tables of every sort on the embedded database')

const of = 'album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE'
const key = 'id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY'
const odd = ['__proto__', 'constructor', 'é'.repeat(31), '🐟 "x"'] as const
const quoted = odd.map((name) => `"${name.replaceAll('"', '""')}"`)

const ddl = `CREATE TYPE mood AS ENUM ('fine', 'great');
CREATE TABLE orders (${key}, ${of}, n int, main_line int NOT NULL, spare int CHECK (spare IS NOT NULL));
CREATE TABLE lines (${key}, order_id int NOT NULL REFERENCES orders ON DELETE CASCADE, n int);
ALTER TABLE orders ADD FOREIGN KEY (main_line) REFERENCES lines DEFERRABLE INITIALLY DEFERRED, ADD FOREIGN KEY (spare) REFERENCES lines DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE types (id int PRIMARY KEY, app text, model text);
INSERT INTO types VALUES (1, 'p', 'x'), (2, 'p', 'y');
CREATE TABLE tags (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), ${of}, name text);
CREATE TABLE photos (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), ${of}, n int, deleted boolean NOT NULL DEFAULT false, slug varchar(12) UNIQUE,
  tag_ids uuid[], weights jsonb, body text, type int REFERENCES types, mood mood, price numeric(12,4), word text);
CREATE TABLE odd (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), ${of}, ${quoted.map((name) => `${name} text`).join(', ')})`

const piece = albumPiece([
  {
    table: 'orders',
    owner: 'album_id',
    order: ['n'],
    references: { main_line: 'lines', spare: 'lines' },
  },
  {
    table: 'lines',
    owner: 'order_id.album_id',
    order: ['order_id.n', 'n'],
    references: { order_id: 'orders' },
  },
  { table: 'tags', owner: 'album_id', order: ['name'] },
  {
    table: 'photos',
    owner: 'album_id',
    order: ['n'],
    where: { sql: 'NOT deleted AND n < $1', values: [100] },
    unique: { slug: 'suffix' },
    references: {
      tag_ids: 'tags',
      type: { table: 'types', shared: { where: 'true', by: ['app', 'model'] } },
    },
    json: { weights: [{ path: 'by.{}', table: 'tags' }] },
    text: { body: [{ pattern: '/tags/{}', table: 'tags' }] },
  },
  { table: 'odd', owner: 'album_id', order: ['__proto__'], columns: [...odd] },
])

let host: Albums
let album: string
test.before(async () => {
  host = await albums('embedded', ddl, [piece])
  album = await host.add()
  await host.db.transaction(async (tx) => {
    await tx.query(
      `WITH i AS MATERIALIZED (SELECT g, nextval(pg_get_serial_sequence('orders', 'id')) AS o, nextval(pg_get_serial_sequence('lines', 'id')) AS l FROM generate_series(1, 3) g),
         a AS (INSERT INTO orders OVERRIDING SYSTEM VALUE SELECT o, '${album}'::uuid, g, l, l FROM i)
       INSERT INTO lines OVERRIDING SYSTEM VALUE SELECT l, o, g * 10 FROM i`,
    )
  })
  await host.sql(`INSERT INTO tags (album_id, name) VALUES ($1, 'a'), ($1, 'b')`, [album])
  await host.sql(
    `INSERT INTO photos (album_id, n, slug, tag_ids, weights, body, type, mood, price, word, deleted)
     SELECT $1::uuid, n, 'slug ' || n, ARRAY[b.id, NULL, a.id], jsonb_build_object('by', jsonb_build_object(a.id::text, 1)), 'see /tags/' || b.id, n, 'great'::mood, 12.3456, 'words', n = 3
     FROM generate_series(1, 2) n, tags a, tags b WHERE a.name = 'a' AND b.name = 'b'
     UNION ALL SELECT $1::uuid, 3, 'slug 3', NULL, NULL, NULL, 1, 'fine', 1, 'gone', true`,
    [album],
  )
  await host.sql(
    `INSERT INTO odd (album_id, ${quoted.join(', ')}) VALUES ($1, ${odd.map((_, at) => `'v${at}'`).join(', ')})`,
    [album],
  )
})
test.after(() => host.close())

/** By names in place of ids; a slug without what is behind its own text. */
const content = (id: string) =>
  host.sql(
    `SELECT 'order ' || o.n || ' ' || l.n || ' ' || s.n AS r FROM orders o JOIN lines l ON l.id = o.main_line AND l.order_id = o.id
       JOIN lines s ON s.id = o.spare AND s.order_id = o.id WHERE o.album_id = $1
     UNION ALL SELECT concat_ws(' ', 'photo', p.n, left(p.slug, 3), t.model, p.mood, p.price, p.word,
       (SELECT string_agg(coalesce(g.name, '-'), ',' ORDER BY u.o) FROM unnest(p.tag_ids) WITH ORDINALITY u(k, o) LEFT JOIN tags g ON g.id = u.k AND g.album_id = p.album_id),
       (SELECT string_agg(g.name || k.value, ',') FROM jsonb_each_text(p.weights -> 'by') k JOIN tags g ON g.id = k.key::uuid AND g.album_id = p.album_id),
       (SELECT g.name FROM tags g WHERE p.body = 'see /tags/' || g.id AND g.album_id = p.album_id))
     FROM photos p LEFT JOIN types t ON t.id = p.type WHERE p.album_id = $1 AND NOT p.deleted
     UNION ALL SELECT 'odd ' || concat_ws(' ', ${quoted.join(', ')}) FROM odd WHERE album_id = $1 ORDER BY 1`,
    [id],
  )

test('new ids: cycles, ids inside values, shared rows and odd names come through an archive and a clone', async () => {
  const expected = await content(album)
  assert.deepEqual(
    expected.map(({ r }) => r),
    [
      'odd v0 v1 v2 v3',
      'order 1 10 10',
      'order 2 20 20',
      'order 3 30 30',
      'photo 1 slu x great 12.3456 words b,-,a a1 b',
      'photo 2 slu y great 12.3456 words b,-,a a1 b',
    ],
  )
  const exported = await host.export(album)
  assert.ok(exported.ok, exported.told)
  for (const copy of [await host.import(exported.archive), await host.clone(album)]) {
    assert.ok(copy.ok, copy.told)
    assert.deepEqual(copy.findings.map(({ code, column, count }) => [code, column, count]).sort(), [
      ['table/text-rewritten', 'body', 2],
      ['table/unique-taken', 'slug', 2],
    ])
    assert.deepEqual(await content(copy.id), expected)
    const slugs = await host.sql('SELECT slug FROM photos WHERE album_id = $1 ORDER BY n', [copy.id])
    assert.match(slugs.map(({ slug }) => slug).join(' '), /^slu-[0-9a-f]{8} slu-[0-9a-f]{8}$/)
  }
})

test('a stable key that two rows have is refused, and columns that took other types since, before the first row', async () => {
  const exported = await host.export(album)
  const count = async () => (await host.sql('SELECT count(*) AS n FROM albums'))[0]?.n
  const before = await count()
  await host.sql(`INSERT INTO types VALUES (3, 'p', 'y')`)
  for (const refused of [await host.export(album), await host.import(exported.archive)]) {
    assert.ok(!refused.ok)
    assert.match(refused.told, /^table\/key-ambiguous: 1 row refers by "type" of "photos\.csv"/)
  }
  await host.sql('DELETE FROM types WHERE id = 3')
  await host.sql('DELETE FROM photos')
  await host.sql(`CREATE TYPE small_mood AS ENUM ('fine')`)
  await host.sql(
    'ALTER TABLE photos DROP mood, ADD mood small_mood, DROP price, ADD price numeric(12,2), DROP word, ADD word varchar(3)',
  )
  for (const refused of [await host.validate(exported.archive), await host.import(exported.archive)]) {
    assert.ok(!refused.ok)
    for (const told of [
      /"great" is not small_mood/,
      /"12\.3456" would become "12\.35"/,
      /"words" is not character varying\(3\)/,
    ])
      assert.match(refused.told, told)
  }
  assert.equal(await count(), before)
})

test.run()
