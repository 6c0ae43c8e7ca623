import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { type Albums, albumPiece, albums, onePlace } from '../albums.js'

const test = suite('references: shared rows by keys of several columns')

const ddl = `CREATE TABLE types (id int PRIMARY KEY, app text, model text, common boolean DEFAULT true);
CREATE TABLE people (id text PRIMARY KEY, email text UNIQUE);
INSERT INTO people VALUES ('ann', 'ann@x'), ('bo', 'bo@x');
CREATE TABLE tags (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text UNIQUE);
CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int,
  type int REFERENCES types, person text NOT NULL REFERENCES people, tag uuid REFERENCES tags, other uuid REFERENCES tags, types jsonb, tags uuid[])`

const tag = { table: 'tags', shared: { where: 'true', by: ['name'] } } as const
const type = { table: 'types', shared: { where: 'common', by: ['app', 'model'] } } as const
const piece = albumPiece([
  {
    table: 'notes',
    owner: 'album_id',
    order: ['n'],
    references: {
      // First: its rows are read again after some were made, and the others must stay as they were read.
      tag: { table: 'tags', shared: { ...tag.shared, missing: 'create' } },
      type,
      person: { table: 'people', shared: { where: 'true', by: ['email'], missing: 'importer' } },
      other: { table: 'tags', shared: { ...tag.shared, missing: 'null' } },
      tags: tag,
    },
    json: { types: [{ path: '[*]', ...type }] },
  },
])

const hosts = new Map<string, Albums>()
test.before(async () => {
  for (const place of onePlace) hosts.set(place, await albums(place, ddl, [piece]))
})
test.after(async () => {
  for (const host of hosts.values()) await host.close()
})

async function filled({ add, sql }: Albums) {
  const album = await add()
  await sql('UPDATE notes SET type = NULL, tag = NULL, other = NULL')
  await sql('DELETE FROM types')
  await sql('DELETE FROM tags')
  await sql(`INSERT INTO types VALUES (1, 'p', 'x'), (2, 'p', 'y'), (3, 'q', 'x, "1"'), (4, NULL, 'x')`)
  await sql(`INSERT INTO tags (name) VALUES ('red'), ('blue')`)
  await sql(
    `INSERT INTO notes (album_id, n, type, person, tag, other, types, tags)
     SELECT $1, t.id, t.id, 'bo', r.id, b.id, '[3, 1, 3]', ARRAY[b.id, NULL, r.id] FROM types t, tags r, tags b WHERE t.id < 4 AND r.name = 'red' AND b.name = 'blue'`,
    [album],
  )
  return album
}

const look = ({ sql }: Albums, id: string) =>
  sql(
    `SELECT n.n, t.app || ' ' || t.model AS type, p.email, r.name AS tag, o.name AS other,
       (SELECT string_agg(coalesce(x.name, '-'), ' ' ORDER BY u.o) FROM unnest(n.tags) WITH ORDINALITY u(e, o) LEFT JOIN tags x ON x.id = u.e) AS tags,
       (SELECT string_agg(x.app || ' ' || x.model, ' ' ORDER BY u.o) FROM jsonb_array_elements_text(n.types) WITH ORDINALITY u(e, o) LEFT JOIN types x ON x.id = u.e::int) AS types
     FROM notes n LEFT JOIN types t ON t.id = n.type LEFT JOIN people p ON p.id = n.person LEFT JOIN tags r ON r.id = n.tag LEFT JOIN tags o ON o.id = n.other
     WHERE n.album_id = $1 ORDER BY 1`,
    [id],
  )

for (const place of onePlace) {
  test(`shared rows are found by all columns of their key, in columns, arrays and documents (${place})`, async () => {
    const host = hosts.get(place) as Albums
    const album = await filled(host)
    const expected = await look(host, album)
    const exported = await host.export(album)
    assert.ok(exported.ok, exported.told)
    // Another installation has other ids.
    await host.sql('UPDATE notes SET type = NULL')
    await host.sql('UPDATE types SET id = id + 10')
    assert.equal((await host.validate(exported.archive)).told, '')
    const copy = await host.import(exported.archive)
    assert.equal(copy.told, '')
    assert.deepEqual(await look(host, copy.id), expected)
    const clone = await host.clone(copy.id)
    assert.equal(clone.told, '')
    assert.deepEqual(await look(host, clone.id), expected)
  })

  test(`a stable key that two rows have is refused by name, at the export and at the import (${place})`, async () => {
    const host = hosts.get(place) as Albums
    const album = await filled(host)
    const exported = await host.export(album)
    await host.sql(`INSERT INTO types VALUES (7, 'p', 'y'), (8, 'unused', 'x'), (9, 'unused', 'x')`)
    const again = await host.export(album)
    assert.match(again.told, /^table\/key-ambiguous: 1 row refers by "type" of "notes\.csv"/)
    const copy = await host.import(exported.archive)
    assert.match(copy.told, /^table\/key-ambiguous: 1 row refers by "type" of "notes\.csv"/)
    assert.ok(!again.ok && !copy.ok)
    await host.sql(`DELETE FROM types WHERE id = 7; `)
    await host.sql(`INSERT INTO types VALUES (7, 'q', 'x, "1"')`)
    await host.sql(`UPDATE notes SET type = 1 WHERE type = 3`)
    const inside = await host.export(album)
    assert.match(inside.told, /^table\/key-ambiguous: \d rows refer by "types" of "notes\.csv"/)
    // Rows that the condition leaves out do not count.
    await host.sql('UPDATE types SET common = false WHERE id = 7')
    assert.ok((await host.export(album)).ok)
  })

  test(`missing: what is not here is refused, left empty, made, or the importer takes its place (${place})`, async () => {
    const host = hosts.get(place) as Albums
    const album = await filled(host)
    const exported = await host.export(album)
    await host.sql(`DELETE FROM notes; `)
    await host.sql(`DELETE FROM people WHERE id = 'bo'`)
    await host.sql(`UPDATE tags SET name = 'rosso' WHERE name = 'red'`)
    await host.sql('DELETE FROM types WHERE id = 2')
    const refused = await host.import(exported.archive)
    assert.match(
      refused.told,
      /table\/shared-missing: "\[\\"p\\", \\"y\\"\]" is not among the shared rows of "types"/,
    )
    assert.match(refused.told, /table\/shared-missing: "red" is not among the shared rows of "tags"/)
    await host.sql(`INSERT INTO types VALUES (2, 'p', 'y')`)
    await host.sql(`INSERT INTO tags (name) VALUES ('red')`)
    await host.sql(`UPDATE tags SET name = 'blu' WHERE name = 'blue'`)
    await host.sql(`INSERT INTO people VALUES ('bo', 'other@x')`)
    const gone = await host.import(exported.archive)
    assert.match(gone.told, /"blue" is not among the shared rows of "tags"/)
    await host.sql(`INSERT INTO people VALUES ('cy', 'bo@x') `)
    await host.sql(`DELETE FROM people WHERE id IN ('bo', 'cy')`)
    await host.sql(`UPDATE tags SET name = 'blue' WHERE name = 'blu'`)
    const copy = await host.import(exported.archive)
    assert.ok(copy.ok, copy.told)
    assert.match(copy.told, /table\/importer-instead: 3 rows lead by "person"/)
    const [row] = await look(host, copy.id)
    assert.deepEqual([row?.email, row?.tag, row?.other], ['ann@x', 'red', 'blue'])
    await host.sql(`INSERT INTO people VALUES ('bo', 'bo@x')`)
  })

  test(`missing: where that is declared a reference is left empty, and a dry run and the import tell how many (${place})`, async () => {
    const host = hosts.get(place) as Albums
    const album = await filled(host)
    await host.sql('UPDATE notes SET tags = NULL')
    const exported = await host.export(album)
    await host.sql('DELETE FROM notes')
    await host.sql(`UPDATE tags SET name = 'blu' WHERE name = 'blue'`)
    const dry = await host.validate(exported.archive)
    const copy = await host.import(exported.archive)
    for (const { ok, told, findings } of [dry, copy]) {
      assert.ok(ok, told)
      assert.deepEqual(
        findings.map(({ severity, code, column, count }) => [severity, code, column, count]),
        [['warning', 'table/reference-dangling', 'other', 3]],
      )
      assert.match(told, /"blue"|of "tags"/)
    }
    assert.deepEqual(
      (await look(host, copy.id)).map(({ tag, other }) => [tag, other]),
      Array(3).fill(['red', null]),
    )
  })
}

test.run()
