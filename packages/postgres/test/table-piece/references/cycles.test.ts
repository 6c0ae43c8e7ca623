import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { type Albums, albumPiece, albums, onePlace } from '../albums.js'

const test = suite('references: tables that lead to each other and to themselves')

/** By the type of the keys: what comes behind their names, and how the tables make them. */
const keys = {
  uuid: { of: '', type: 'uuid', key: 'uuid PRIMARY KEY DEFAULT gen_random_uuid()' },
  integer: { of: '_i', type: 'int', key: 'int GENERATED ALWAYS AS IDENTITY PRIMARY KEY' },
} as const
type Keys = (typeof keys)[keyof typeof keys]

// No column may be NULL at any moment, whatever sees it: NOT NULL, CHECK, a partial index, NULLS NOT DISTINCT.
const ddlOf = ({
  of,
  type,
  key,
}: Keys) => `CREATE TABLE orders${of} (id ${key}, album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE,
  n int, main_line ${type} NOT NULL, spare ${type} CHECK (spare IS NOT NULL), note jsonb);
CREATE TABLE lines${of} (id ${key}, order_id ${type} NOT NULL REFERENCES orders${of} ON DELETE CASCADE, n int);
ALTER TABLE orders${of} ADD FOREIGN KEY (main_line) REFERENCES lines${of} DEFERRABLE INITIALLY DEFERRED, ADD FOREIGN KEY (spare) REFERENCES lines${of} DEFERRABLE;
CREATE UNIQUE INDEX one_without${of} ON orders${of} ((spare IS NULL)) WHERE spare IS NULL;
CREATE TABLE folders${of} (id ${key}, album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE,
  n int, parent ${type} NOT NULL REFERENCES folders${of}, doc json, mate ${type} REFERENCES folders${of}, UNIQUE (album_id, n));
DO $$ BEGIN
  IF current_setting('server_version_num')::int >= 150000 THEN
    ALTER TABLE folders${of} ADD UNIQUE NULLS NOT DISTINCT (album_id, mate); END IF; END $$`
const ddl = Object.values(keys).map(ddlOf).join(';\n')

const pieces = Object.entries(keys).map(([type, { of }]) =>
  albumPiece(
    [
      {
        table: `orders${of}`,
        owner: 'album_id',
        order: ['n'],
        references: { main_line: `lines${of}`, spare: `lines${of}` },
        json: { note: [{ path: 'lines[*]', table: `lines${of}` }] },
      },
      {
        table: `lines${of}`,
        owner: 'order_id.album_id',
        order: ['order_id.n', 'n'],
        references: { order_id: `orders${of}` },
      },
      {
        table: `folders${of}`,
        owner: 'album_id',
        order: ['n'],
        references: { parent: `folders${of}`, mate: `folders${of}` },
        json: { doc: [{ path: 'next', table: `folders${of}` }] },
      },
    ],
    {},
    { name: `album/${type}` },
  ),
)

const hosts = new Map<string, Albums>()
test.before(async () => {
  for (const place of onePlace) hosts.set(place, await albums(place, ddl, pieces))
})
test.after(async () => {
  for (const host of hosts.values()) await host.close()
})

async function filled({ add, sql, db }: Albums, { of, key }: Keys) {
  const album = await add()
  const next = (table: string) =>
    key.startsWith('uuid') ? 'gen_random_uuid()' : `nextval(pg_get_serial_sequence('${table}${of}', 'id'))`
  await db.transaction(async (tx) => {
    await tx.query('SET CONSTRAINTS ALL DEFERRED')
    await tx.query(
      `WITH i AS MATERIALIZED (SELECT g, ${next('orders')} AS o, ${next('lines')} AS l FROM generate_series(1, 3) g),
         a AS (INSERT INTO orders${of} OVERRIDING SYSTEM VALUE SELECT o, '${album}'::uuid, g, l, l, jsonb_build_object('lines', jsonb_build_array(l)) FROM i)
       INSERT INTO lines${of} OVERRIDING SYSTEM VALUE SELECT l, o, g * 10 FROM i`,
    )
  })
  await sql(
    `WITH i AS MATERIALIZED (SELECT g, ${next('folders')} AS f FROM generate_series(1, 4) g)
     INSERT INTO folders${of} OVERRIDING SYSTEM VALUE SELECT i.f, $1, i.g, p.f, json_build_object('next', p.f), p.f FROM i JOIN i p ON p.g = i.g % 4 + 1`,
    [album],
  )
  return album
}

const look = ({ sql }: Albums, id: string, { of }: Keys) =>
  sql(
    `SELECT o.n || ' ' || l.n || ' ' || s.n || ' ' || (SELECT count(*) FROM lines${of} x WHERE o.note -> 'lines' @> to_jsonb(x.id) AND x.order_id = o.id) AS r
     FROM orders${of} o JOIN lines${of} l ON l.id = o.main_line AND l.order_id = o.id JOIN lines${of} s ON s.id = o.spare WHERE o.album_id = $1
     UNION ALL SELECT 'folder ' || f.n || ' ' || p.n || ' ' || (SELECT x.n FROM folders${of} x WHERE x.id::text = f.doc ->> 'next' AND x.album_id = f.album_id)
     FROM folders${of} f JOIN folders${of} p ON p.id = f.parent AND p.id = f.mate AND p.album_id = f.album_id WHERE f.album_id = $1 ORDER BY 1`,
    [id],
  )

const all = onePlace.flatMap((place) => Object.entries(keys).map(([type, of]) => ({ place, type, of })))
for (const { place, type, of } of all) {
  test(`honest counts: rows that need each other come through whole, and no reference is empty meanwhile (${type}, ${place})`, async () => {
    const host = hosts.get(place) as Albums
    const album = await filled(host, of)
    const expected = await look(host, album, of)
    assert.equal(expected.length, 7)
    const exported = await host.export(album)
    for (const copy of [await host.import(exported.archive), await host.clone(album)]) {
      assert.ok(copy.ok, copy.told)
      assert.equal(copy.told, '')
      assert.deepEqual(await look(host, copy.id, of), expected)
    }
  })

  test(`honest counts: of rows that need each other, those that need a lost one are left out and told (${type}, ${place})`, async () => {
    const host = hosts.get(place) as Albums
    const album = await filled(host, of)
    await host.db.transaction(async (tx) => {
      await tx.query(`ALTER TABLE orders${of.of} DROP CONSTRAINT orders${of.of}_main_line_fkey`)
      const lost = type === 'uuid' ? 'gen_random_uuid()' : '-7'
      await tx.query(`UPDATE orders${of.of} SET main_line = ${lost} WHERE album_id = $1 AND n = 2`, [album])
    })
    const exported = await host.export(album)
    for (const copy of [await host.import(exported.archive), await host.clone(album)]) {
      assert.ok(copy.ok, copy.told)
      assert.match(copy.told, /table\/row-skipped: 1 row leads by "main_line"/)
      assert.match(copy.told, /table\/row-skipped: 1 row leads by "order_id"/)
      assert.deepEqual(
        (await look(host, copy.id, of)).map((row) => row.r),
        ['1 10 10 1', '3 30 30 1', 'folder 1 2 2', 'folder 2 3 3', 'folder 3 4 4', 'folder 4 1 1'],
      )
    }
  })
}

test.run()
