import assert from 'node:assert/strict'
import { isPieceworkError } from '@piecework/core/piece'
import { checkTables, type TableSpec } from '@piecework/postgres'
import { suite } from 'uvu'
import { type Albums, albumPiece, albums, onePlace } from '../albums.js'

const test = suite('references: numbers inside values, and what would be mapped twice')

const ddl = `CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE);
CREATE TABLE tags (id serial PRIMARY KEY, album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE, no int UNIQUE, name text);
CREATE TABLE notes (id serial PRIMARY KEY, album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE, n int, author int REFERENCES users,
  doc jsonb, raw json, body text, list text, about_type text, about text, tag_ids int[]);
INSERT INTO users VALUES (7, 'a@x')`

const ids = [
  { path: 'user', table: 'users', shared: { where: 'true', by: ['email'] } },
  { path: 'tags[*]', table: 'tags' },
] as const
const tags: TableSpec = { table: 'tags', owner: 'album_id', order: ['name'], columns: ['no'] }
const notes: TableSpec = {
  table: 'notes',
  owner: 'album_id',
  order: ['n'],
  references: {
    author: { table: 'users', shared: { where: 'true', by: ['email'], missing: 'create' } },
    tag_ids: 'tags',
  },
  json: { doc: ids, raw: ids },
  text: {
    body: [
      { pattern: 'tags/{}', table: 'tags' },
      { pattern: 'notes/{}', table: 'notes' },
    ],
    list: [{ pattern: '{}', table: 'tags' }],
  },
}

const hosts = new Map<string, Albums>()
test.before(async () => {
  for (const place of onePlace) hosts.set(place, await albums(place, ddl, [albumPiece([tags, notes])]))
})
test.after(async () => {
  for (const host of hosts.values()) await host.close()
})

for (const place of onePlace) {
  test(`values as they are: a number that is an id stays a number, also of a shared row (${place})`, async () => {
    const host = hosts.get(place) as Albums
    const album = await host.add()
    const [tag] = await host.sql<{ id: number }>(
      `INSERT INTO tags (album_id, name) SELECT $1, 'see notes/' || nextval('notes_id_seq') + 1 RETURNING id`,
      [album],
    )
    const id = Number(tag?.id)
    const [doc, raw] = [
      `{"user": 7, "tags": [${id}, ${id}.0, "${id}"]}`,
      `{"tags":[${id},${id}.0, "${id}"] ,"user":"7"}`,
    ]
    await host.sql(
      `INSERT INTO notes (album_id, n, doc, raw, body, tag_ids, list) VALUES ($1, 1, $2, $3, $4, ARRAY[$5::int], $6)`,
      [
        album,
        doc,
        raw,
        `tags/${id} mytags/${id} tags/${id}b tags/${id}-b`,
        id,
        `${id},${id};x${id} ${id}x -${id} ${id}-013`,
      ],
    )
    const exported = await host.export(album)
    assert.ok(exported.ok, exported.told)
    for (const copy of [await host.import(exported.archive), await host.clone(album)]) {
      assert.ok(copy.ok, copy.told)
      const [own] = await host.sql<{ id: number }>('SELECT id FROM tags WHERE album_id = $1', [copy.id])
      const [row] = await host.sql<{ doc: string; raw: string; body: string; ids: string; list: string }>(
        'SELECT doc::text, raw::text, body, list, tag_ids::text AS ids FROM notes WHERE album_id = $1',
        [copy.id],
      )
      assert.deepEqual(JSON.parse(row?.doc ?? ''), { user: 7, tags: [own?.id, own?.id, String(own?.id)] })
      assert.equal(row?.raw, `{"tags":[${own?.id},${own?.id}, "${own?.id}"] ,"user":"7"}`)
      assert.equal(row?.body, `tags/${own?.id} mytags/${id} tags/${id}b tags/${own?.id}-b`)
      assert.equal(row?.ids, `{${own?.id}}`)
      assert.equal(row?.list, `${own?.id},${own?.id};x${id} ${id}x -${id} ${id}-013`)
      assert.ok((await host.diff(exported.archive, copy.id)).equal)
    }
  })

  test(`honest counts: ids in a list of a text that lead nowhere stay, and are told (${place})`, async () => {
    const host = hosts.get(place) as Albums
    const album = await host.add()
    await host.sql(`INSERT INTO notes (album_id, n, list) VALUES ($1, 1, '999998,999999')`, [album])
    const { archive } = await host.export(album)
    const told =
      /: 2 ids at "\{\}" in "list" of table "notes" lead to rows of "tags" that are not there.*: kept as they are\./
    assert.match((await host.validate(archive)).told, told)
    for (const copy of [await host.import(archive), await host.clone(album)]) {
      assert.match(copy.told, told)
      const rows = await host.sql('SELECT list FROM notes WHERE album_id = $1', [copy.id])
      assert.deepEqual(rows, [{ list: '999998,999999' }])
    }
  })

  test(`references: shared rows that are missing are made where that is declared (${place})`, async () => {
    const host = hosts.get(place) as Albums
    const album = await host.add()
    await host.sql('INSERT INTO notes (album_id, n, author) VALUES ($1, 1, 7)', [album])
    const exported = await host.export(album)
    await host.sql('DELETE FROM notes')
    await host.sql(`UPDATE users SET email = 'b@x'`)
    // The table's key has no default here, so that the row cannot be made without one.
    await host.sql(`ALTER TABLE users ALTER id SET DEFAULT 8`)
    const copy = await host.import(exported.archive)
    assert.ok(copy.ok, copy.told)
    assert.match(copy.told, /table\/shared-created: 1 row/)
    const rows = await host.sql('SELECT author FROM notes WHERE album_id = $1', [copy.id])
    assert.deepEqual(rows, [{ author: 8 }])
    await host.sql(`DELETE FROM notes`)
    await host.sql(`DELETE FROM users WHERE id = 8`)
    await host.sql(`UPDATE users SET email = 'a@x'`)
  })

  for (const [what, more, message] of [
    [
      'an array',
      { references: { tag_ids: { table: 'tags', key: 'no' } } },
      /ids in "tag_ids" .* not the key of its rows/,
    ],
    [
      'a document',
      { json: { doc: [{ path: 'x', table: 'tags', key: 'no' }] } },
      /ids in "doc" .* not the key/,
    ],
    [
      'a text',
      { text: { body: [{ pattern: '/t/{}', table: 'tags', key: 'no' }] } },
      /ids in "body" .* not the key/,
    ],
  ] as const) {
    test(`no old id: ${what} with numbers that are no keys is refused by name (${place})`, async () => {
      const host = hosts.get(place) as Albums
      const piece = albumPiece([
        tags,
        {
          ...notes,
          references: { author: notes.references?.author ?? 'users' },
          json: {},
          text: {},
          ...more,
        },
      ])
      await assert.rejects(
        checkTables(host.db, [piece]),
        (error) => isPieceworkError(error, 'registry-invalid') && message.test(error.message),
      )
    })
  }
}

for (const [what, more] of [
  [
    'a path and every member',
    {
      json: {
        doc: [
          { path: 'a.*', table: 'tags' },
          { path: 'a.b', table: 'tags' },
        ],
      },
    },
  ],
  [
    'one path twice',
    {
      json: {
        doc: [
          { path: 'a[*]', table: 'tags' },
          { path: 'a.*', table: 'notes' },
        ],
      },
    },
  ],
  [
    'a pattern and a longer one',
    {
      text: {
        body: [
          { pattern: '/t/{}', table: 'tags' },
          { pattern: '/t/{}/edit', table: 'tags' },
        ],
      },
    },
  ],
  [
    'a pattern that ends like another',
    {
      text: {
        body: [
          { pattern: 't/{}', table: 'tags' },
          { pattern: 'sub-t/{}', table: 'notes' },
        ],
      },
    },
  ],
] as const) {
  test(`no old id: ids that would be mapped twice are refused by name: ${what}`, () => {
    assert.throws(
      () => albumPiece([tags, { ...notes, json: {}, text: {}, ...more }]),
      (error) => isPieceworkError(error, 'registry-invalid') && /same id/.test(error.message),
    )
  })
}

test('paths and patterns beside each other are no overlap', () => {
  albumPiece([
    tags,
    {
      ...notes,
      json: {
        doc: [
          { path: 'a[*].x', table: 'tags' },
          { path: 'a[*].y', table: 'tags' },
          { path: 'b.{}', table: 'tags' },
          { path: 'b.*', table: 'notes' },
        ],
      },
      text: {
        body: [
          { pattern: '/t/{}', table: 'tags' },
          { pattern: '/n/{}', table: 'notes' },
        ],
      },
    },
  ])
})

test.run()
