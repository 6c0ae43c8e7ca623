import assert from 'node:assert/strict'
import type { Piece } from '@piecework/core/piece'
import { claimTables, tablePiece } from '@piecework/postgres'
import { suite } from 'uvu'
import { albumPiece, albums, onePlace } from './albums.js'

const test = suite('table pieces: compare, whatever the ids are')

const ddl = `CREATE TABLE pages (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, name text);
CREATE TABLE photos (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int, page_id uuid REFERENCES pages, label_id uuid, doc jsonb, raw json);
CREATE TABLE labels (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, colour text)`

const ids = [
  { path: 'album', table: 'albums' },
  { path: 'page', table: 'pages' },
]
const own = tablePiece({
  name: 'album/own',
  of: 'album',
  version: 1,
  tables: [{ table: 'albums', owner: 'id', order: ['name'], keepShellValue: ['name'], ignore: ['ready'] }],
})

/** Written by hand: what carries the labels is no table piece. */
function byHand(): Piece {
  const { exporter, importer, validators } = tablePiece({
    name: 'album/labels',
    of: 'album',
    version: 1,
    tables: [{ table: 'labels', owner: 'album_id', order: ['colour'] }],
  })
  const piece: Piece = {
    contract: 1,
    name: 'album/labels',
    of: 'album',
    version: 1,
    ...(exporter && { exporter }),
    ...(importer && { importer }),
    ...(validators && { validators }),
  }
  return claimTables(piece, { tables: [{ table: 'labels', owner: 'album_id', order: ['colour'] }] })
}

const photos = {
  ...albumPiece([
    { table: 'pages', owner: 'album_id', order: ['name'] },
    {
      table: 'photos',
      owner: 'album_id',
      order: ['n'],
      references: { page_id: 'pages', label_id: 'labels' },
      json: { doc: [...ids, { path: 'by.{}', table: 'albums' }], raw: ids },
    },
  ]),
  after: ['album/labels'],
}

for (const on of onePlace) {
  test(`compare: ids of the resource, of rows without a name, and of pieces by hand are no difference (${on})`, async () => {
    const host = await albums(on, ddl, [own, byHand(), photos])
    try {
      const id = await host.add()
      await host.sql(`INSERT INTO pages (album_id, name) VALUES ($1, NULL), ($1, 'p')`, [id])
      await host.sql(`INSERT INTO labels (album_id, colour) VALUES ($1, 'red'), ($1, 'blue')`, [id])
      await host.sql(
        `INSERT INTO photos (album_id, n, page_id, label_id, doc, raw)
         SELECT '${id}', row_number() OVER (ORDER BY p.name, colour), p.id, l.id, jsonb_build_object('album', '${id}', 'page', p.id, 'by', jsonb_build_object('${id}', 1)),
           json_build_object('album', '${id}', 'page', p.id)
         FROM pages p, labels l`,
      )
      const exported = await host.export(id)
      assert.ok(exported.ok, exported.told)
      for (const copy of [await host.import(exported.archive), await host.clone(id)]) {
        assert.ok(copy.ok, copy.told)
        const { resources } = await host.diff(exported.archive, copy.id)
        const named = await host.sql(
          `SELECT count(*)::int AS n FROM photos WHERE album_id = $1 AND doc -> 'by' = jsonb_build_object($1::text, 1)`,
          [copy.id],
        )
        assert.deepEqual(named, [{ n: 4 }])
        const rows = resources[0]?.pieces.find(({ piece }) => piece === 'album/rows')?.entries
        assert.deepEqual(
          rows?.map(({ path, equal }) => [path, equal]),
          [
            ['pages.csv', true],
            ['photos.csv', true],
          ],
        )
        await host.sql(
          `UPDATE photos SET label_id = (SELECT id FROM labels WHERE album_id = $1 AND colour = 'red'), page_id = (SELECT id FROM pages WHERE album_id = $1 AND name = 'p') WHERE album_id = $1`,
          [copy.id],
        )
        const changed = await host.diff(exported.archive, copy.id)
        const found = changed.resources[0]?.pieces.find(({ piece }) => piece === 'album/rows')?.entries[1]
          ?.rows
        assert.deepEqual([found?.changed, found?.equal, found?.columns], [3, 1, { page_id: 2, label_id: 2 }])
      }
    } finally {
      await host.close()
    }
  })
}

test.run()
