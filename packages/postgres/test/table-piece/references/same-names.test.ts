import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { albumPiece, albums, onePlace } from '../albums.js'

const test = suite('references: tables of one name in two schemas')

/** `items` of `carried` travels, and that of `other` is in no piece, with the same keys. */
const ddl = (carried: string, other: string) => `CREATE SCHEMA geo;
CREATE TABLE ${carried}.items (id serial PRIMARY KEY, album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE, name text);
CREATE TABLE ${other}.items (id serial PRIMARY KEY, name text);
INSERT INTO ${other}.items (name) SELECT 'other ' || g FROM generate_series(1, 50) g;
CREATE TABLE ${carried}.notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE,
  name text, item int REFERENCES ${carried}.items, far int REFERENCES ${other}.items, loose int, fars int[], doc jsonb)`

for (const [carried, other] of [
  ['public', 'geo'],
  ['geo', 'public'],
] as const) {
  const far = `${other}.items`
  const piece = albumPiece(
    [
      { table: 'items', owner: 'album_id', order: ['name'] },
      {
        table: 'notes',
        owner: 'album_id',
        order: ['name'],
        references: { item: 'items', far, loose: far, fars: far },
        json: {
          doc: [
            { path: 'far', table: far },
            { path: 'item', table: 'items' },
          ],
        },
      },
    ],
    {},
    { schema: carried },
  )

  for (const place of onePlace) {
    test(`new ids: references to ${far}, which no piece carries, take no keys of ${carried}.items (${place})`, async () => {
      const host = await albums(place, ddl(carried, other), [piece])
      try {
        const album = await host.add()
        await host.sql(
          `WITH i AS (INSERT INTO ${carried}.items (album_id, name) VALUES ($1, 'a'), ($1, 'b') RETURNING *)
           INSERT INTO ${carried}.notes (album_id, name, item, far, loose, fars, doc)
           SELECT $1, name, id, id, id, ARRAY[id], jsonb_build_object('far', id, 'item', id) FROM i`,
          [album],
        )
        const exported = await host.export(album)
        assert.ok(exported.ok, exported.told)
        for (const copy of [await host.import(exported.archive), await host.clone(album)]) {
          assert.ok(copy.ok, copy.told)
          const rows = await host.sql<object>(
            `SELECT n.name, i.name AS item, far, loose, fars, doc -> 'far' AS "docFar", (doc -> 'item')::int = i.id AS "docItem"
             FROM ${carried}.notes n JOIN ${carried}.items i ON i.id = n.item AND i.album_id = n.album_id WHERE n.album_id = $1 ORDER BY 1`,
            [copy.id],
          )
          const empty = { far: null, loose: null, fars: [], docFar: null, docItem: true }
          assert.deepEqual(rows, [
            { name: 'a', item: 'a', ...empty },
            { name: 'b', item: 'b', ...empty },
          ])
          for (const told of [
            '2 rows lead by "far"',
            '2 rows lead by "loose"',
            '2 ids in "fars"',
            '2 ids at "far"',
          ])
            assert.match(copy.told, new RegExp(told))
        }
      } finally {
        await host.close()
      }
    })
  }
}

test.run()
