import assert from 'node:assert/strict'
import { isPieceworkError } from '@piecework/core'
import { checkTables } from '@piecework/postgres'
import { suite } from 'uvu'
import { type Albums, albumPiece, albums, onePlace } from '../albums.js'

const test = suite('references: keys of several columns, of other schemas, and shared ones')

const ddl = `CREATE SCHEMA geo;
CREATE DOMAIN plain_id AS uuid;
CREATE DOMAIN item_id AS plain_id CHECK (VALUE IS NOT NULL);
CREATE TABLE codes (album_id uuid REFERENCES albums ON DELETE CASCADE, code text, label text, PRIMARY KEY (album_id, code));
CREATE TABLE coded (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid, code text, FOREIGN KEY (album_id, code) REFERENCES codes ON DELETE CASCADE);
CREATE TABLE events (id item_id DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');
CREATE TABLE events_2 PARTITION OF events DEFAULT;
CREATE TABLE visits (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), event_id uuid, day date, album_id uuid, n int,
  FOREIGN KEY (event_id, day) REFERENCES events (id, day) ON DELETE CASCADE);
CREATE TABLE settings (album_id uuid PRIMARY KEY, v jsonb);
CREATE TABLE covers (album_id uuid PRIMARY KEY, v text);
CREATE TABLE tones (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), h int) PARTITION BY HASH (id);
CREATE TABLE tones_0 PARTITION OF tones FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE tones_1 PARTITION OF tones FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE paints (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int, tone uuid NOT NULL REFERENCES tones);
CREATE TABLE places (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int);
CREATE TABLE cafes (place_id uuid PRIMARY KEY REFERENCES places ON DELETE CASCADE, tables int);
CREATE TABLE cups (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), cafe uuid NOT NULL REFERENCES cafes (place_id) ON DELETE CASCADE, of uuid REFERENCES albums (id), n int);
CREATE TABLE geo.places (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int);
CREATE TABLE geo.layers (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text UNIQUE);
CREATE TABLE geo."odd.table" (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), place uuid NOT NULL REFERENCES geo.places ON DELETE CASCADE,
  elsewhere uuid REFERENCES places ON DELETE CASCADE, layer uuid REFERENCES geo.layers);
CREATE TABLE pins (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, layer uuid NOT NULL REFERENCES geo.layers);
CREATE TYPE grid_kind AS ENUM ('square', 'hexagon');
CREATE TABLE grids (id uuid, kind grid_kind, name text UNIQUE, PRIMARY KEY (id, kind));
CREATE TABLE cells (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, grid uuid, kind grid_kind, FOREIGN KEY (grid, kind) REFERENCES grids);
CREATE TABLE bare (album_id uuid REFERENCES albums ON DELETE CASCADE, k text)`

const geo = albumPiece(
  [
    { table: 'places', owner: 'album_id', order: ['n'] },
    {
      table: 'odd.table',
      owner: 'place.album_id',
      order: ['place.n'],
      references: {
        place: 'places',
        elsewhere: 'public.places',
        layer: { table: 'layers', shared: { where: 'true', by: ['name'] } },
      },
    },
  ],
  {},
  { name: 'album/geo', schema: 'geo', after: ['album/rows'] },
)
const rows = albumPiece([
  { table: 'coded', owner: 'album_id', order: ['code'] },
  { table: 'codes', owner: 'album_id', order: ['code'] },
  { table: 'events', owner: 'album_id', order: ['day'] },
  { table: 'visits', owner: 'album_id', order: ['n'], references: { event_id: 'events' } },
  { table: 'settings', owner: 'album_id', order: [] },
  // The same, with its reference declared.
  { table: 'covers', owner: 'album_id', order: [], references: { album_id: 'albums' } },
  {
    table: 'paints',
    owner: 'album_id',
    order: ['n'],
    // Partitioned, and of no resource: each partition has a foreign key of its own.
    references: { tone: { table: 'tones', shared: { where: 'true', by: ['h'] } } },
  },
  { table: 'places', owner: 'album_id', order: ['n'] },
  { table: 'cafes', owner: 'place_id.album_id', order: ['place_id.n'], references: { place_id: 'places' } },
  {
    table: 'cups',
    owner: 'cafe.place_id.album_id',
    order: ['n'],
    references: { cafe: { table: 'cafes', key: 'place_id' }, of: 'albums' },
  },
  { table: 'bare', owner: 'album_id', order: ['k'] },
  {
    table: 'cells',
    owner: 'album_id',
    order: ['kind'],
    references: { grid: { table: 'grids', shared: { where: 'true', by: ['name'] } } },
  },
  {
    table: 'pins',
    owner: 'album_id',
    order: ['layer.name'],
    // There is one table of that name, and the foreign key leads to it.
    references: { layer: { table: 'layers', shared: { where: 'true', by: ['name'] } } },
  },
])

const hosts = new Map<string, Albums>()
test.before(async () => {
  for (const place of onePlace) hosts.set(place, await albums(place, ddl, [rows, geo]))
})
test.after(async () => {
  for (const host of hosts.values()) await host.close()
})

async function filled({ add, sql }: Albums) {
  const album = await add()
  await sql(`INSERT INTO codes VALUES ($1, 'a', 'A'), ($1, 'b', 'B')`, [album])
  await sql(`INSERT INTO coded (album_id, code) VALUES ($1, 'a'), ($1, 'b'), ($1, NULL)`, [album])
  await sql(`INSERT INTO events (album_id, day) VALUES ($1, '2020-01-05'), ($1, '2021-01-05')`, [album])
  await sql(
    `INSERT INTO visits (event_id, day, album_id, n) SELECT id, day, album_id, extract(year FROM day) FROM events WHERE album_id = $1`,
    [album],
  )
  await sql(`INSERT INTO settings VALUES ($1, '{"a": 1}')`, [album])
  await sql(`INSERT INTO covers VALUES ($1, 'blue')`, [album])
  await sql(
    `INSERT INTO tones (h) SELECT h FROM generate_series(1, 4) h WHERE NOT EXISTS (SELECT FROM tones)`,
  )
  await sql(`INSERT INTO paints (album_id, n, tone) SELECT $1, h, id FROM tones`, [album])
  await sql(`INSERT INTO places (album_id, n) VALUES ($1, 1), ($1, 2)`, [album])
  await sql(`INSERT INTO cafes SELECT id, n * 10 FROM places WHERE album_id = $1`, [album])
  await sql(`INSERT INTO cups (cafe, of, n) SELECT id, album_id, n FROM places WHERE album_id = $1`, [album])
  await sql(`INSERT INTO geo.layers (name) VALUES ('sea') ON CONFLICT DO NOTHING`)
  // The same ids in two tables of one name.
  await sql(`INSERT INTO geo.places SELECT id, album_id, n + 5 FROM places WHERE album_id = $1`, [album])
  await sql(
    `INSERT INTO geo."odd.table" (place, elsewhere, layer) SELECT g.id, p.id, l.id FROM geo.places g JOIN places p ON p.n = 8 - g.n AND p.album_id = g.album_id CROSS JOIN geo.layers l WHERE g.album_id = $1`,
    [album],
  )
  await sql(`INSERT INTO bare VALUES ($1, 'k'), ($1, 'k')`, [album])
  // One id, of two kinds.
  await sql(
    `INSERT INTO grids SELECT '00000000-0000-4000-8000-000000000001', k, 'grid ' || k FROM unnest(enum_range(NULL::grid_kind)) k ON CONFLICT DO NOTHING`,
  )
  await sql('INSERT INTO cells (album_id, grid, kind) SELECT $1, id, kind FROM grids', [album])
  await sql(`INSERT INTO pins (album_id, layer) SELECT $1, id FROM geo.layers`, [album])
  return album
}

const look = ({ sql }: Albums, id: string) =>
  sql(
    `SELECT 'code ' || i.code || c.label AS r FROM coded i JOIN codes c USING (album_id, code) WHERE i.album_id = $1
     UNION ALL SELECT 'visit ' || v.n FROM visits v JOIN events e ON e.id = v.event_id AND e.day = v.day AND e.album_id = v.album_id WHERE v.album_id = $1
     UNION ALL SELECT 'settings ' || (v ->> 'a') FROM settings WHERE album_id = $1
     UNION ALL SELECT 'cover ' || v FROM covers WHERE album_id = $1
     UNION ALL SELECT 'paint ' || p.n || ' ' || t.h FROM paints p JOIN tones t ON t.id = p.tone WHERE p.album_id = $1
     UNION ALL SELECT 'cup ' || u.n || ' ' || c.tables || ' ' || p.n FROM cups u JOIN cafes c ON c.place_id = u.cafe JOIN places p ON p.id = c.place_id AND p.album_id = u.of WHERE p.album_id = $1
     UNION ALL SELECT 'geo ' || g.n || ' ' || p.n || ' ' || l.name FROM geo."odd.table" o JOIN geo.places g ON g.id = o.place JOIN places p ON p.id = o.elsewhere AND p.album_id = g.album_id JOIN geo.layers l ON l.id = o.layer WHERE g.album_id = $1
     UNION ALL SELECT 'cell ' || g.name FROM cells c JOIN grids g ON g.id = c.grid AND g.kind = c.kind WHERE c.album_id = $1
     UNION ALL SELECT 'pin ' || l.name FROM pins JOIN geo.layers l ON l.id = layer WHERE album_id = $1
     UNION ALL SELECT 'bare ' || k FROM bare WHERE album_id = $1 ORDER BY 1`,
    [id],
  )

for (const place of onePlace) {
  test(`new ids: each column of a key travels as the column that it leads to (${place})`, async () => {
    const host = hosts.get(place) as Albums
    await checkTables(host.db, [rows, geo])
    const album = await filled(host)
    const expected = await look(host, album)
    assert.equal(expected.length, 19)
    const exported = await host.export(album)
    assert.ok(exported.ok, exported.told)
    assert.equal((await host.validate(exported.archive)).told, '')
    for (const copy of [await host.import(exported.archive), await host.clone(album)]) {
      assert.ok(copy.ok, copy.told)
      assert.equal(copy.told, '')
      assert.deepEqual(await look(host, copy.id), expected)
    }
  })

  test(`honest counts: an album without a row of its settings has a copy without one (${place})`, async () => {
    const host = hosts.get(place) as Albums
    const album = await host.add()
    const exported = await host.export(album)
    for (const copy of [await host.import(exported.archive), await host.clone(album)]) {
      assert.ok(copy.ok, copy.told)
      assert.deepEqual(await look(host, copy.id), [])
    }
  })
}

test('a reference to another table than the foreign key leads to is refused by name', async () => {
  const [place] = onePlace
  const host = hosts.get(place ?? '') as Albums
  const wrong = albumPiece(
    [
      { table: 'places', owner: 'album_id', order: ['n'] },
      {
        table: 'odd.table',
        owner: 'place.album_id',
        order: [],
        references: { place: 'places', elsewhere: 'places' },
        ignore: ['layer'],
      },
    ],
    {},
    { schema: 'geo' },
  )
  await assert.rejects(checkTables(host.db, [wrong]), (error) => {
    assert.ok(isPieceworkError(error))
    assert.match(
      error.message,
      /"odd\.table"\."elsewhere" leads by its foreign key to "public"\."places", not to "geo"\."places"/,
    )
    const [hint] = error.findings.flatMap(({ column, hint }) => (column === 'elsewhere' ? [hint] : []))
    assert.match(hint ?? '', /^Write references: \{ elsewhere: 'public\.places' \}/)
    return true
  })
})

test('a foreign key to a partitioned table counts once: what is not declared of it is told once', async () => {
  const host = hosts.get(onePlace[0] ?? '') as Albums
  const bare = albumPiece([{ table: 'paints', owner: 'album_id', order: ['n'] }])
  await assert.rejects(checkTables(host.db, [bare]), (error) => {
    assert.ok(isPieceworkError(error))
    assert.deepEqual(error.message.match(/"tones\w*"/g), ['"tones"'])
    return true
  })
})

test.run()
