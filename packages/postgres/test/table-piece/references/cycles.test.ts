import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { type Albums, albumPiece, albums, onePlace } from '../albums.js'

const test = suite('references: tables that lead to each other and to themselves')

// No column may be NULL at any moment, whatever sees it: NOT NULL, CHECK, a partial index, NULLS NOT DISTINCT.
const ddl = `CREATE TABLE orders (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE,
  n int, main_line uuid NOT NULL, spare uuid CHECK (spare IS NOT NULL), note jsonb);
CREATE TABLE lines (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), order_id uuid NOT NULL REFERENCES orders ON DELETE CASCADE, n int);
ALTER TABLE orders ADD FOREIGN KEY (main_line) REFERENCES lines DEFERRABLE INITIALLY DEFERRED, ADD FOREIGN KEY (spare) REFERENCES lines DEFERRABLE;
CREATE UNIQUE INDEX one_without ON orders ((spare IS NULL)) WHERE spare IS NULL;
CREATE TABLE folders (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE,
  n int, parent uuid NOT NULL REFERENCES folders, doc json, UNIQUE (album_id, n))`

const piece = albumPiece([
  {
    table: 'orders',
    owner: 'album_id',
    order: ['n'],
    references: { main_line: 'lines', spare: 'lines' },
    json: { note: [{ path: 'lines[*]', table: 'lines' }] },
  },
  {
    table: 'lines',
    owner: 'order_id.album_id',
    order: ['order_id.n', 'n'],
    references: { order_id: 'orders' },
  },
  {
    table: 'folders',
    owner: 'album_id',
    order: ['n'],
    references: { parent: 'folders' },
    json: { doc: [{ path: 'next', table: 'folders' }] },
  },
])

const hosts = new Map<string, Albums>()
test.before(async () => {
  for (const place of onePlace) hosts.set(place, await albums(place, ddl, [piece]))
})
test.after(async () => {
  for (const host of hosts.values()) await host.close()
})

async function filled({ add, sql, db }: Albums) {
  const album = await add()
  await db.transaction(async (tx) => {
    await tx.query('SET CONSTRAINTS ALL DEFERRED')
    await tx.query(
      `WITH i AS (SELECT g, gen_random_uuid() AS o, gen_random_uuid() AS l FROM generate_series(1, 3) g),
         a AS (INSERT INTO orders SELECT o, '${album}'::uuid, g, l, l, jsonb_build_object('lines', jsonb_build_array(l)) FROM i)
       INSERT INTO lines SELECT l, o, g * 10 FROM i`,
    )
  })
  await sql(
    `WITH i AS (SELECT g, gen_random_uuid() AS f FROM generate_series(1, 4) g)
     INSERT INTO folders SELECT i.f, $1, i.g, p.f, json_build_object('next', p.f) FROM i JOIN i p ON p.g = i.g % 4 + 1`,
    [album],
  )
  return album
}

const look = ({ sql }: Albums, id: string) =>
  sql(
    `SELECT o.n || ' ' || l.n || ' ' || s.n || ' ' || (SELECT count(*) FROM lines x WHERE o.note -> 'lines' ? x.id::text AND x.order_id = o.id) AS r
     FROM orders o JOIN lines l ON l.id = o.main_line AND l.order_id = o.id JOIN lines s ON s.id = o.spare WHERE o.album_id = $1
     UNION ALL SELECT 'folder ' || f.n || ' ' || p.n || ' ' || (SELECT x.n FROM folders x WHERE x.id = (f.doc ->> 'next')::uuid AND x.album_id = f.album_id)
     FROM folders f JOIN folders p ON p.id = f.parent AND p.album_id = f.album_id WHERE f.album_id = $1 ORDER BY 1`,
    [id],
  )

for (const place of onePlace) {
  test(`honest counts: rows that need each other come through whole, and no reference is empty meanwhile (${place})`, async () => {
    const host = hosts.get(place) as Albums
    const album = await filled(host)
    const expected = await look(host, album)
    assert.equal(expected.length, 7)
    const exported = await host.export(album)
    for (const copy of [await host.import(exported.archive), await host.clone(album)]) {
      assert.ok(copy.ok, copy.told)
      assert.equal(copy.told, '')
      assert.deepEqual(await look(host, copy.id), expected)
    }
  })

  test(`honest counts: of rows that need each other, those that need a lost one are left out and told (${place})`, async () => {
    const host = hosts.get(place) as Albums
    const album = await filled(host)
    await host.db.transaction(async (tx) => {
      await tx.query('ALTER TABLE orders DROP CONSTRAINT orders_main_line_fkey')
      await tx.query('UPDATE orders SET main_line = gen_random_uuid() WHERE album_id = $1 AND n = 2', [album])
    })
    const exported = await host.export(album)
    for (const copy of [await host.import(exported.archive), await host.clone(album)]) {
      assert.ok(copy.ok, copy.told)
      assert.match(copy.told, /table\/row-skipped: 1 row leads by "main_line"/)
      assert.match(copy.told, /table\/row-skipped: 1 row leads by "order_id"/)
      assert.deepEqual(
        (await look(host, copy.id)).map((row) => row.r),
        ['1 10 10 1', '3 30 30 1', 'folder 1 2 2', 'folder 2 3 3', 'folder 3 4 4', 'folder 4 1 1'],
      )
    }
  })
}

test.run()
