import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { albumPiece, albums, places } from './albums.js'

const test = suite('table pieces: what was exported can be imported')

const ddl = `CREATE TABLE files (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int, body bytea, note text)`
const piece = albumPiece([{ table: 'files', owner: 'album_id', order: ['n'] }])
const on = places.at(-1) ?? 'embedded'

test('what was exported can be imported: blank images, a hundred megabytes of them', async () => {
  const host = await albums(on, ddl, [piece])
  try {
    const id = await host.add()
    await host.sql(
      `INSERT INTO files (album_id, n, body) SELECT $1, g, decode(repeat('00', 1000000), 'hex') FROM generate_series(1, 50) g`,
      [id],
    )
    const exported = await host.export(id)
    assert.ok(exported.ok, exported.told)
    const { ok, findings } = await host.piecework.verify(
      { artifact: exported.archive.artifact },
      { principal: { id: 'ann' } },
    )
    assert.ok(ok, JSON.stringify(findings))
    const copy = await host.import(exported.archive)
    assert.equal(copy.told, '')
    const [row] = await host.sql(
      'SELECT count(*) AS n, count(DISTINCT md5(body)) AS bodies FROM files WHERE album_id = $1',
      [copy.id],
    )
    assert.deepEqual(row, { n: '50', bodies: '1' })
  } finally {
    await host.close()
  }
})

const limited: Record<string, readonly [limits: Record<string, number>, message: RegExp]> = {
  'a long record': [
    { recordBytes: 100_000 },
    /files\.csv": A record has \d+ bytes or more; the limit is 100000/,
  ],
  'a large entry': [{ entryBytes: 100_000 }, /The size of entry "files\.csv" is \d+; the limit is 100000/],
  'large entries together': [{ totalBytes: 100_000 }, /The size of all entries is \d+/],
  'more entries': [{ entries: 1 }, /The number of entries is 2; the limit is 1/],
  'a large manifest': [{ manifestBytes: 100 }, /The size of manifest\.json is \d+/],
  'a long path': [{ pathLength: 10 }, /The length of the path "album\/notes\/notes\.csv"/],
  'a large archive': [{ archiveBytes: 1000 }, /The size of the archive is \d+/],
  'what inflates much': [
    { entryRatio: 20, ratioFreeBytes: 1000 },
    /The compression ratio of entry "album\/rows\/files\.csv"/,
  ],
  'what inflates much together': [
    { totalRatio: 10, ratioFreeBytes: 1000 },
    /The compression ratio of the archive/,
  ],
}

for (const [what, [limits, message]] of Object.entries(limited)) {
  test(`what was exported can be imported: ${what}, beyond this host's limits, is refused by the export`, async () => {
    const other = {
      ...albumPiece([{ table: 'notes', owner: 'album_id', order: ['n'] }]),
      name: 'album/notes',
    }
    const more = `${ddl};\nCREATE TABLE notes (id uuid PRIMARY KEY, album_id uuid REFERENCES albums ON DELETE CASCADE, n int)`
    const host = await albums(on, more, [piece, other], { limits })
    try {
      const id = await host.add()
      await host.sql(`INSERT INTO files (album_id, n, note) VALUES ($1, 1, repeat('x', 200000))`, [id])
      const exported = await host.export(id)
      assert.ok(!exported.ok)
      assert.match(exported.told, /^archive-limit: /)
      assert.match(exported.told, message)
    } finally {
      await host.close()
    }
  })
}

test('what was exported can be imported: a hand-written piece cannot write a table that no import reads', async () => {
  const tables: Record<string, readonly [bytes: Uint8Array, message: RegExp]> = {
    'a quote that does not end': [Buffer.from('a\n"1\n'), /does not end/],
    'a record of more fields': [Buffer.from('a\n1,2\n'), /2 fields where the header has 1/],
    'bytes that are no text': [Buffer.from([0x61, 0x0a, 0xc3, 0x28, 0x0a]), /not UTF-8/],
    'half a character': [Buffer.from([0x61, 0x0a, 0xe2, 0x98]), /not UTF-8/],
    'no header': [Buffer.alloc(0), /header record is missing/],
    'a header that names a column twice': [Buffer.from('a,a\n1,2\n'), /which is taken/],
  }
  for (const [what, [bytes, message]] of Object.entries(tables)) {
    const byHand = {
      ...piece,
      exporter: {
        export: async ({
          write,
        }: {
          write: (path: string, bytes: Uint8Array, rows: () => number) => Promise<void>
        }) => {
          await write('files.csv', bytes, () => 1)
          return { rows: 1 }
        },
      },
    }
    const host = await albums(on, ddl, [byHand])
    try {
      const exported = await host.export(await host.add())
      assert.ok(!exported.ok, what)
      assert.match(exported.told, message, what)
      assert.match(exported.told, /files\.csv/, what)
    } finally {
      await host.close()
    }
  }
})

test.run()
