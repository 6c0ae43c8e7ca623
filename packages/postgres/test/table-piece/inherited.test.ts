import assert from 'node:assert/strict'
import { checkTables, type TableSpec } from '@piecework/postgres'
import { suite } from 'uvu'
import { albumPiece, albums, places } from './albums.js'

const test = suite('table pieces: tables that inherit')

// Three levels, one number for the rows of all.
const ddl = `CREATE TABLE photos (id serial PRIMARY KEY, album_id uuid REFERENCES albums ON DELETE CASCADE, n int);
CREATE TABLE raw_photos (sensor text, PRIMARY KEY (id), FOREIGN KEY (album_id) REFERENCES albums ON DELETE CASCADE) INHERITS (photos);
CREATE TABLE stacks (depth int, PRIMARY KEY (id), FOREIGN KEY (album_id) REFERENCES albums ON DELETE CASCADE) INHERITS (raw_photos)`

const of = (table: string, more: Partial<TableSpec> = {}): TableSpec => ({
  table,
  owner: 'album_id',
  order: ['n'],
  ...more,
})

for (const place of places.slice(-1)) {
  test(`honest counts: rows of three levels are each carried once, as rows of their own table (${place})`, async () => {
    const whole = albumPiece([of('photos'), of('raw_photos'), of('stacks')])
    const host = await albums(place, ddl, [whole])
    try {
      for (const [what, tables] of [
        ['photos', [of('photos'), of('raw_photos')]],
        ['raw_photos', [of('photos', { inheritedBy: ['raw_photos'] }), of('raw_photos')]],
      ] as const)
        await assert.rejects(
          checkTables(host.db, [albumPiece(tables)]),
          /is inherited by "(?:stacks|raw_photos)", which must be declared beside it/,
          what,
        )
      const own = albumPiece([of('photos', { inheritedBy: ['raw_photos'] })])
      assert.deepEqual(await checkTables(host.db, [own]), [])
      const album = await host.add()
      await host.sql('INSERT INTO photos (album_id, n) VALUES ($1, 1), ($1, 2)', [album])
      await host.sql(`INSERT INTO raw_photos (album_id, n, sensor) VALUES ($1, 3, 'x')`, [album])
      await host.sql(
        `INSERT INTO stacks (album_id, n, sensor, depth) VALUES ($1, 4, 'y', 7), ($1, 5, NULL, 8)`,
        [album],
      )
      const look = (id: string) =>
        host.sql(
          `SELECT p.tableoid::regclass::text AS of, p.n, r.sensor, s.depth FROM photos p
           LEFT JOIN raw_photos r ON r.id = p.id AND r.tableoid = p.tableoid LEFT JOIN stacks s ON s.id = p.id AND s.tableoid = p.tableoid
           WHERE p.album_id = $1 ORDER BY p.n, 1`,
          [id],
        )
      const expected = await look(album)
      assert.equal(expected.length, 5)
      const exported = await host.export(album)
      for (const copy of [await host.import(exported.archive), await host.clone(album)]) {
        assert.ok(copy.ok, copy.told)
        assert.equal(copy.told, '')
        assert.deepEqual(await look(copy.id), expected)
        assert.ok((await host.diff(exported.archive, copy.id)).equal)
      }
    } finally {
      await host.close()
    }
  })
}

test.run()
