import assert from 'node:assert/strict'
import { checkTables, claimTables } from '@piecework/postgres'
import { suite } from 'uvu'
import { type Albums, albumPiece, albums, lossesOf, onePlace } from './albums.js'

const test = suite('dry run: a validation tells what the import will tell')

const of = 'album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE'
const id = 'id uuid PRIMARY KEY DEFAULT gen_random_uuid()'
const ddl = `CREATE TABLE shelves (${id});
CREATE TABLE labels (${id}, name text UNIQUE);
CREATE TABLE users (id text PRIMARY KEY, mail text UNIQUE);
CREATE TABLE tags (no serial PRIMARY KEY, ${of}, n int, hidden boolean);
CREATE TABLE photos (${id}, ${of}, n int, hidden boolean);
CREATE TABLE notes (${id}, ${of}, n int, slug text UNIQUE, code char(8) UNIQUE, price numeric UNIQUE, photo_id uuid, tag int, tags int[],
  shelf_id uuid, doc jsonb, body text, list text, about_type text, about uuid, gone_label uuid, gone_labels uuid[], made_label uuid, author text);
CREATE TABLE pins (${id}, ${of}, n int, photo_id uuid NOT NULL REFERENCES photos);
CREATE TABLE shelved (${id}, ${of}, n int, shelf_id uuid NOT NULL)`

const shown = { sql: 'NOT hidden' }
const label = (missing: 'null' | 'create') => ({
  table: 'labels',
  shared: { where: 'true', by: ['name'], missing },
})
const tags = albumPiece(
  [{ table: 'tags', owner: 'album_id', order: ['n'], where: shown }],
  {},
  { name: 'album/tags' },
)
const toTags = { table: 'tags', key: 'no' }
const rows = albumPiece(
  [
    { table: 'photos', owner: 'album_id', order: ['n'], where: shown },
    {
      table: 'notes',
      owner: 'album_id',
      order: ['n'],
      unique: { slug: 'suffix', code: 'null', price: 'null' },
      references: {
        photo_id: 'photos',
        tag: toTags,
        tags: toTags,
        shelf_id: 'shelves',
        about: { by: 'about_type', tables: { Photo: 'photos' } },
        gone_label: label('null'),
        gone_labels: label('null'),
        made_label: label('create'),
        author: { table: 'users', shared: { where: 'true', by: ['mail'], missing: 'importer' } },
      },
      text: { body: [{ pattern: '/photos/{}', table: 'photos' }], list: [{ pattern: '{}', ...toTags }] },
      json: {
        doc: [
          { path: 'photos[*]', table: 'photos' },
          { path: 'shelf', table: 'shelves' },
          { path: 'by.{}', ...toTags },
          { path: 'tag', ...toTags },
          { path: 'labels[*]', ...label('null') },
        ],
      },
    },
    { table: 'pins', owner: 'album_id', order: ['n'], references: { photo_id: 'photos' } },
    { table: 'shelved', owner: 'album_id', order: ['n'], references: { shelf_id: 'shelves' } },
  ],
  { after: ['album/tags'] },
)

const hosts = new Map<string, Albums>()
test.before(async () => {
  for (const place of onePlace) hosts.set(place, await albums(place, ddl, [tags, rows]))
})
test.after(async () => {
  for (const host of hosts.values()) await host.close()
})

/** Two rows of each kind lead to what travels, as many as `lost` to what does not. */
async function fill({ add, sql }: Albums, lost: number): Promise<string> {
  const album = await add()
  const wrong = `x.n > 2`
  await sql('INSERT INTO photos (album_id, n, hidden) SELECT $1, n, n = 2 FROM generate_series(1, 2) n', [
    album,
  ])
  await sql('INSERT INTO tags (album_id, n, hidden) SELECT $1, n, n = 2 FROM generate_series(1, 2) n', [
    album,
  ])
  await sql(`INSERT INTO shelves DEFAULT VALUES`)
  await sql(`INSERT INTO labels (name) VALUES ('here'), ('gone'), ('made')`)
  await sql(`INSERT INTO users VALUES ('ann', 'ann@'), ('bob', 'bob@')`)
  await sql(
    `INSERT INTO notes (album_id, n, slug, code, price, photo_id, tag, tags, shelf_id, doc, body, list, about_type, about, gone_label, gone_labels, made_label, author)
     SELECT $1, n, 's' || n, 'c' || n, n, p.id, t.no, ARRAY[t.no, good.no], CASE WHEN ${wrong} THEN s.id END,
       jsonb_build_object('photos', jsonb_build_array(p.id, p.id), 'shelf', CASE WHEN ${wrong} THEN s.id END, 'by', jsonb_build_object(t.no::text, 1), 'tag', t.no, 'labels', jsonb_build_array(g.id)),
       '/photos/' || p.id || ' /photos/' || p.id, t.no || ', ' || good.no || 'x', 'Photo', p.id, g.id, ARRAY[g.id, g.id], m.id, u.id
     FROM generate_series(1, 2 + $2::int) AS x(n), LATERAL (SELECT id FROM photos p WHERE p.album_id = $1 AND p.hidden = (${wrong})) p,
       LATERAL (SELECT no FROM tags t WHERE t.album_id = $1 AND t.hidden = (${wrong})) t,
       (SELECT no FROM tags WHERE album_id = $1 AND NOT hidden) good, shelves s,
       LATERAL (SELECT id FROM labels WHERE name = CASE WHEN ${wrong} THEN 'gone' ELSE 'here' END) g,
       LATERAL (SELECT id FROM labels WHERE name = CASE WHEN ${wrong} THEN 'made' ELSE 'here' END) m,
       LATERAL (SELECT id FROM users WHERE id = CASE WHEN ${wrong} THEN 'bob' ELSE 'ann' END) u`,
    [album, lost],
  )
  await sql(
    'INSERT INTO pins (album_id, n, photo_id) SELECT album_id, n, photo_id FROM notes WHERE album_id = $1',
    [album],
  )
  await sql(
    'INSERT INTO shelved (album_id, n, shelf_id) SELECT $1, n, s.id FROM generate_series(1, $2::int) n, shelves s',
    [album, lost],
  )
  return album
}

const clear = async ({ sql }: Albums) => {
  for (const table of ['albums', 'photos', 'pins', 'notes', 'shelved', 'tags', 'shelves', 'labels', 'users'])
    await sql(`TRUNCATE ${table} CASCADE`)
}

for (const place of onePlace) {
  test(`nothing left out or changed without a word before, with the same counts: ${place}`, async () => {
    const host = hosts.get(place) as Albums
    await clear(host)
    const album = await fill(host, 3)
    const { archive, told } = await host.export(album)
    assert.equal(told, '')
    await host.sql('UPDATE notes SET gone_label = NULL, gone_labels = NULL, made_label = NULL, author = NULL')
    // Taken all the same.
    await host.sql('UPDATE notes SET price = price + 0.00')
    await host.sql(`DELETE FROM labels WHERE name <> 'here'`)
    await host.sql(`DELETE FROM users WHERE id = 'bob'`)
    const dry = await host.validate(archive)
    assert.ok(dry.ok, dry.told)
    const imported = await host.import(archive)
    assert.ok(imported.ok, imported.told)
    assert.deepEqual(lossesOf(dry), lossesOf(imported))
    const codes = new Set(dry.findings.map(({ code }) => code))
    for (const code of [
      'row-skipped',
      'reference-dangling',
      'shared-created',
      'importer-instead',
      'unique-taken',
    ])
      assert.ok(codes.has(`table/${code}`), `${code}: ${dry.told}`)
  })

  test(`a dry run writes into no table of the host, not even what is rolled back: ${place}`, async () => {
    const host = hosts.get(place) as Albums
    await clear(host)
    const album = await fill(host, 3)
    const { archive } = await host.export(album)
    const tables = await host.sql<{ name: string }>(
      `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
    )
    await host.sql('CREATE SEQUENCE writes')
    await host.sql(
      `CREATE FUNCTION write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('public.writes'); RETURN NULL; END $$`,
    )
    const onAll = async (sql: (table: string) => string) => {
      for (const { name } of tables) await host.sql(sql(name ?? ''))
    }
    await onAll(
      (table) =>
        `CREATE TRIGGER seen AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION write()`,
    )
    try {
      // What is rolled back has drawn its number all the same.
      const written = async () =>
        (await host.sql('SELECT CASE WHEN is_called THEN last_value ELSE 0 END::int AS n FROM writes'))[0]?.n
      const dry = await host.validate(archive)
      assert.ok(dry.ok, dry.told)
      assert.equal(await written(), 0)
      await host.db
        .transaction(async (tx) => {
          await tx.query('UPDATE notes SET n = n')
          throw new Error('rolled back')
        })
        .catch(() => {})
      assert.equal(await written(), 1)
    } finally {
      await onAll((table) => `DROP TRIGGER seen ON ${table}`)
    }
  })

  test(`nothing to tell where nothing is lost: ${place}`, async () => {
    const host = hosts.get(place) as Albums
    await clear(host)
    const { archive } = await host.export(await fill(host, 0))
    await host.sql('DELETE FROM notes')
    const dry = await host.validate(archive)
    assert.equal(dry.told, '')
    assert.deepEqual(lossesOf(await host.import(archive)), [])
  })
}

test('references to a table that no piece carries are told at the start', async () => {
  const [{ db } = assert.fail('no host')] = hosts.values()
  const found = (await checkTables(db, [tags, rows])).filter(
    ({ code }) => code === 'tables/reference-uncarried',
  )
  assert.deepEqual(
    found.map(({ table, column, severity, message }) => [
      table,
      column,
      severity,
      message.split(': each ')[1],
    ]),
    [
      ['notes', 'shelf_id', 'warning', 'import and clone leaves it empty.'],
      ['notes', 'doc', 'warning', 'import and clone leaves these ids out.'],
      ['shelved', 'shelf_id', 'warning', 'import and clone leaves these rows out.'],
    ],
  )
  const claimed = claimTables(
    { contract: 1, name: 'album/shelves', of: 'album', version: 1 },
    { tables: [{ table: 'shelves' }] },
  )
  const codes = (await checkTables(db, [tags, rows, claimed])).map(({ code }) => code)
  assert.ok(!codes.includes('tables/reference-uncarried'))
})

test.run()
