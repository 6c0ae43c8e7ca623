import assert from 'node:assert/strict'
import fc from 'fast-check'
import { suite } from 'uvu'
import { parseJsonPath } from '#internal/table-piece/json-path.js'
import { jsonLeaves, mapJson } from '#internal/table-piece/json-sql.js'
import { jsonTextLeaves, mapJsonText } from '#internal/table-piece/json-text-sql.js'
import { type Albums, albumPiece, albums, places } from './albums.js'

const test = suite('table pieces: documents')

const ddl = `CREATE TABLE palettes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text UNIQUE);
INSERT INTO palettes (name) VALUES ('warm'), ('cold');
CREATE TABLE tags (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE, name text);
CREATE TABLE docs (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE, n int, doc json, docs json[], docbs jsonb[])`

const ids = [
  { path: 'tag', table: 'tags' },
  { path: 'tags[*]', table: 'tags' },
  { path: 'palette', table: 'palettes', shared: { where: 'true', by: ['name'] } },
]
const piece = albumPiece([
  { table: 'tags', owner: 'album_id', order: ['name'] },
  { table: 'docs', owner: 'album_id', order: ['n'], json: { doc: ids, docs: ids, docbs: ids } },
])

const hosts = new Map<string, Albums>()
test.before(async () => {
  for (const on of places) hosts.set(on, await albums(on, ddl, [piece]))
})
test.after(async () => {
  for (const host of hosts.values()) await host.close()
})

/** `%t`, `%u`: ids of two tags, `%p` of a palette; `%k`: an id that stands where none is declared. */
const texts: readonly string[] = [
  '{"k":"first","k":"second","tag":"%t"}',
  '{"zz": 1, "a":\t2,\n "tag" : "%t" }',
  '{"t":"\\u0000","tag":"%t","lone":"\\ud800","big":1e200000,"small":1.50}',
  '{"tag":"%t","note":"%k","inner":{"tag":"%k"},"\\u0000":1}',
  '{"tag":"%t","tag":"%u"}',
  '{"t\\u0061g":"%t","tags":["%u", 1 ,"%t",{"a":[]},[ "%k" ]],"tags":[]}',
  ' [1, 2,   3] ',
  '{"palette":"%p", "tag":null,"tags":"%k"}',
  '{"palette": "shared:warm","say":"\\"{[:,]}\\\\"}',
  '"%k"',
  '{}',
]

for (const on of places) {
  test(`values as they are: a json changes nowhere but in its ids (${on})`, async () => {
    const host = hosts.get(on) as Albums
    const id = await host.add()
    const tagsOf = async (album: string) =>
      (await host.sql('SELECT id FROM tags WHERE album_id = $1 ORDER BY name', [album])).map((row) => row.id)
    await host.sql(`INSERT INTO tags (album_id, name) VALUES ($1, 't'), ($1, 'u')`, [id])
    const [palette] = await host.sql(`SELECT id FROM palettes WHERE name = 'warm'`)
    const tags = await tagsOf(id)
    const filled = (text: string, [t, u]: readonly unknown[]) =>
      text
        .replaceAll('%k', String(tags[0]))
        .replaceAll('%t', String(t))
        .replaceAll('%u', String(u))
        .replaceAll('%p', String(palette?.id))
    const insert = 'INSERT INTO docs (album_id, n, doc, docs) VALUES ($1, $2, $3, ARRAY[$3::json, NULL, $3])'
    for (const [n, text] of texts.entries()) await host.sql(insert, [id, n, filled(text, tags)])
    const exported = await host.export(id)
    assert.ok(exported.ok, exported.told)
    for (const copy of [await host.import(exported.archive), await host.clone(id)]) {
      assert.ok(copy.ok, copy.told)
      const own = await tagsOf(copy.id)
      assert.notDeepEqual(own, tags)
      const rows = await host.sql(
        'SELECT doc::text AS doc, docs[1]::text AS one, docs[2]::text AS two, docs[3]::text AS three FROM docs WHERE album_id = $1 ORDER BY n',
        [copy.id],
      )
      for (const [n, text] of texts.entries()) {
        // Text that looks like the key of a shared row leads nowhere, as does an id of nothing.
        const want = filled(text.replace('"shared:warm"', 'null'), own)
        assert.deepEqual(rows[n], { doc: want, one: want, two: null, three: want })
      }
    }
    const { equal } = await host.diff(exported.archive, (await host.clone(id)).id)
    assert.equal(
      equal,
      texts.every((text) => !text.includes('shared:')),
      'what was left out differs',
    )
  })

  test(`values as they are: dangling ids are left out of a json, and told (${on})`, async () => {
    const host = hosts.get(on) as Albums
    const id = await host.add()
    await host.sql(`INSERT INTO tags (album_id, name) VALUES ($1, 't')`, [id])
    const gone = '00000000-0000-4000-8000-000000000000'
    const text = `{"tag" : "${gone}","tags":[ "${gone}" , "T","x", 7, "${gone}" ]}`
    await host.sql(
      `INSERT INTO docs (album_id, n, doc, docbs) SELECT $1, 1, replace($2, 'T', id::text)::json, ARRAY[$2::jsonb] FROM tags WHERE album_id = $1`,
      [id, text],
    )
    const exported = await host.export(id)
    for (const copy of [await host.import(exported.archive), await host.clone(id)]) {
      assert.match(copy.told, /3 ids at "tags\[\*\]" in "doc"/)
      const [row] = await host.sql(
        `SELECT replace(doc::text, t.id::text, 'T') AS doc, docbs::text FROM docs d JOIN tags t USING (album_id) WHERE album_id = $1`,
        [copy.id],
      )
      assert.equal(row?.doc, `{"tag" : null,"tags":[ "T", 7]}`)
      assert.equal(row?.docbs, String.raw`{"{\"tag\": null, \"tags\": [7]}"}`)
    }
  })

  test(`values as they are: arrays of documents with ids keep their bounds (${on})`, async () => {
    const host = hosts.get(on) as Albums
    const id = await host.add()
    await host.sql(`INSERT INTO tags (album_id, name) VALUES ($1, 't')`, [id])
    await host.sql(
      `INSERT INTO docs (album_id, n, docbs) SELECT $1, 1, ARRAY[jsonb_build_object('tag', id), NULL, '[]'] FROM tags WHERE album_id = $1`,
      [id],
    )
    await host.sql(`INSERT INTO docs (album_id, n, docbs) VALUES ($1, 2, '{}')`, [id])
    const shape = String.raw`[0:1][3:4]={{1,"\"%\\\"\""},{NULL,"{\"tag\": \"T\"}"}}`
    await host.sql(
      `INSERT INTO docs (album_id, n, docbs) SELECT $1, 3, replace($2, 'T', id::text)::jsonb[] FROM tags WHERE album_id = $1`,
      [id, shape],
    )
    const exported = await host.export(id)
    for (const copy of [await host.import(exported.archive), await host.clone(id)]) {
      const rows = await host.sql(
        `SELECT replace(docbs::text, t.id::text, 'T') AS docs FROM docs d JOIN tags t USING (album_id) WHERE album_id = $1 ORDER BY n`,
        [copy.id],
      )
      assert.deepEqual(
        rows.map(({ docs }) => docs),
        [String.raw`{"{\"tag\": \"T\"}",NULL,[]}`, '{}', shape],
      )
    }
  })
}

const paths = ['a', '*', 'a.b', 'a[*]', '*.*', 'a[*].b', '[*]', 'a.*.b']
const key = fc.constantFrom('a', 'b', 'c', 'a.b', '"', '\\', 'é')
const { document } = fc.letrec((tie) => ({
  document: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom('x', 'y', 'gone', '{', ',', '"', '\\'),
    fc.constantFrom(null, true, 0, -1.5),
    fc.array(tie('document'), { maxLength: 4 }),
    fc.dictionary(key, tie('document'), { maxKeys: 4 }),
  ),
}))

test('values as they are: the text and the tree of a document are mapped alike', async () => {
  const { db } = [...hosts.values()][0] as Albums
  const leaf = (id: string) => `CASE WHEN ${id} <> 'gone' THEN to_jsonb('new ' || (${id})) END`
  for (const path of paths.map(parseJsonPath)) {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(document, fc.constantFrom(undefined, 1)), { minLength: 20, maxLength: 40 }),
        async (documents) => {
          const given = documents.map(([value, spaces]) => JSON.stringify(value, null, spaces))
          const { rows } = await db.query(
            `SELECT d FROM unnest($1::text[]) AS u(d) WHERE (${mapJsonText('d', path, leaf)})::jsonb IS DISTINCT FROM ${mapJson('d::jsonb', path, leaf)}
              OR (SELECT array_agg(id ORDER BY id) FROM ${jsonTextLeaves('d', path)} l) IS DISTINCT FROM (SELECT array_agg(id ORDER BY id) FROM ${jsonLeaves('d::jsonb', path)} l)
              OR ${mapJsonText('d', path, (id) => `to_jsonb(${id})`)} IS DISTINCT FROM d`,
            [given],
          )
          assert.deepEqual(rows, [])
        },
      ),
      { numRuns: 8 },
    )
  }
})

test.run()
