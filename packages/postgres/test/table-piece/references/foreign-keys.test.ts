import assert from 'node:assert/strict'
import type { Piece } from '@piecework/core/piece'
import { checkTables, type TableSpec } from '@piecework/postgres'
import { suite } from 'uvu'
import { type Albums, albumPiece, albums, onePlace } from '../albums.js'

const test = suite('references: foreign keys whose targets get new values')

const of = 'album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE'
const items = (columns: string) => `CREATE TABLE items (${of}, t text, ${columns})`
const notes = (columns: string) =>
  `CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), ${of}, n int, ${columns})`
const ddlOf = (...statements: readonly string[]) => statements.join(';\n')

type More = Partial<TableSpec>
const itemSpec = (more: More = {}): TableSpec => ({
  table: 'items',
  owner: 'album_id',
  order: ['t'],
  ...more,
})
const noteSpec = (more: More = {}): TableSpec => ({
  table: 'notes',
  owner: 'album_id',
  order: ['n'],
  ...more,
})
const together = (item: More = {}, note: More = {}): readonly Piece[] => [
  albumPiece([itemSpec(item), noteSpec(note)]),
]
const apart = (item: More = {}, note: More = {}): readonly Piece[] => [
  albumPiece([itemSpec(item)], {}, { name: 'album/items' }),
  albumPiece([noteSpec(note)], {}, { name: 'album/notes', after: ['album/items'] }),
]

const byKind = `kind text DEFAULT 'a', item int, FOREIGN KEY (kind, item) REFERENCES items (kind, id)`
const byNo = `kind text DEFAULT 'k', no int, FOREIGN KEY (kind, no) REFERENCES items (kind, no)`
const bySlug = `kind text DEFAULT 'k', slug text, FOREIGN KEY (kind, slug) REFERENCES items (kind, slug)`
const numbered = "id serial, kind text NOT NULL DEFAULT 'a', PRIMARY KEY (kind, id)"
const plain = items('id serial PRIMARY KEY')

interface Carried {
  readonly what: string
  readonly ddl: string
  readonly pieces: readonly Piece[]
  /** Column of the note with the item's id; `doc`: a document with it at `i`. */
  readonly by?: 'raw' | 'doc'
}

const carried: readonly Carried[] = [
  {
    what: 'to the number of a key with a kind',
    ddl: ddlOf(items(numbered), notes(byKind)),
    pieces: together(),
  },
  {
    what: 'to that number, as declared',
    ddl: ddlOf(items(numbered), notes(byKind)),
    pieces: together({}, { references: { item: 'items' } }),
  },
  {
    what: 'to that number in another piece',
    ddl: ddlOf(items(numbered), notes(byKind)),
    pieces: apart({}, { references: { item: 'items' }, columns: ['kind'] }),
  },
  {
    what: 'to the only key in another piece, with a kind',
    ddl: ddlOf(
      items("id serial PRIMARY KEY, kind text NOT NULL DEFAULT 'a', UNIQUE (kind, id)"),
      notes(byKind),
    ),
    pieces: apart({}, { references: { item: 'items' } }),
  },
  {
    what: "to the number of a tenant's key",
    ddl: ddlOf(
      items('id int GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (album_id, id)'),
      notes('item int, FOREIGN KEY (album_id, item) REFERENCES items (album_id, id)'),
    ),
    pieces: together(),
  },
  {
    what: 'to the number of a partitioned table',
    ddl: ddlOf(
      `${items("id bigserial, kind text NOT NULL DEFAULT 'a', PRIMARY KEY (id, kind)")} PARTITION BY LIST (kind)`,
      "CREATE TABLE items_a PARTITION OF items FOR VALUES IN ('a')",
      notes("kind text DEFAULT 'a', item bigint, FOREIGN KEY (item, kind) REFERENCES items (id, kind)"),
    ),
    pieces: together(),
  },
  {
    what: 'to a number that is declared as the key',
    ddl: ddlOf(
      'CREATE SEQUENCE numbers START 7',
      items("id int DEFAULT nextval('numbers') + 0, kind text NOT NULL DEFAULT 'a', PRIMARY KEY (kind, id)"),
      notes(byKind),
    ),
    pieces: together({ key: { sequence: 'public.numbers' } }, { references: { item: 'items' } }),
  },
  {
    what: 'of a column that is computed from a declared one',
    ddl: ddlOf(plain, notes('raw int, item int GENERATED ALWAYS AS (raw) STORED REFERENCES items')),
    pieces: together({}, { references: { raw: 'items' } }),
    by: 'raw',
  },
  {
    what: 'of a column that is computed from a polymorphic one',
    ddl: ddlOf(
      plain,
      notes(
        "raw int, type text DEFAULT 'I', item int GENERATED ALWAYS AS (CASE WHEN type = 'I' THEN raw END) STORED REFERENCES items",
      ),
    ),
    pieces: together({}, { references: { raw: { by: 'type', tables: { I: 'items' } } } }),
    by: 'raw',
  },
  {
    what: 'of a column that is computed from a document',
    ddl: ddlOf(
      plain,
      notes("doc jsonb, item int GENERATED ALWAYS AS ((doc ->> 'i')::int) STORED REFERENCES items"),
    ),
    pieces: together({}, { json: { doc: [{ path: 'i', table: 'items' }] } }),
    by: 'doc',
  },
  {
    what: 'with a constant kind',
    ddl: ddlOf(
      items(numbered),
      notes(
        "kind text GENERATED ALWAYS AS ('a') STORED, item int, FOREIGN KEY (kind, item) REFERENCES items (kind, id)",
      ),
    ),
    pieces: together(),
  },
]

async function seed({ sql }: Albums, album: string, by: string): Promise<void> {
  const value = by === 'doc' ? "jsonb_build_object('i', i.id)" : 'i.id'
  await sql("INSERT INTO items (album_id, t) SELECT $1, 't' || g FROM generate_series(1, 3) g", [album])
  await sql(
    `INSERT INTO notes (album_id, n, ${by}) SELECT $1, substr(t, 2)::int, ${value} FROM items i WHERE album_id = $1`,
    [album],
  )
}

const look = ({ sql }: Albums, album: string) =>
  sql(
    'SELECT n.n, i.t FROM notes n LEFT JOIN items i ON i.id = n.item AND i.album_id = n.album_id WHERE n.album_id = $1 ORDER BY 1',
    [album],
  )

for (const place of onePlace) {
  for (const { what, ddl, pieces, by = 'item' } of carried) {
    test(`new ids: a foreign key ${what} leads to the copy's rows (${place})`, async () => {
      const host = await albums(place, ddl, pieces)
      try {
        await checkTables(host.db, pieces)
        await seed(host, await host.add(), by)
        const album = await host.add()
        await seed(host, album, by)
        const expected = await look(host, album)
        assert.deepEqual(
          expected,
          [1, 2, 3].map((n) => ({ n, t: `t${n}` })),
        )
        const exported = await host.export(album)
        assert.ok(exported.ok, exported.told)
        for (const copy of [await host.import(exported.archive), await host.clone(album)]) {
          assert.ok(copy.ok, copy.told)
          assert.deepEqual(await look(host, copy.id), expected)
        }
      } finally {
        await host.close()
      }
    })
  }
}

const taken = 'slug text UNIQUE, kind text, UNIQUE (kind, slug)'
const refused: readonly (readonly [what: string, ddl: string, pieces: readonly Piece[], message: RegExp])[] =
  [
    [
      'to a number that is no key',
      ddlOf(items('id uuid PRIMARY KEY, no serial, kind text, UNIQUE (kind, no)'), notes(byNo)),
      together(),
      /column "no" of table "notes" leads to "items" and must .* because "items"\."no" takes the next numbers/,
    ],
    [
      'to a number of a table without a key',
      ddlOf(items('id serial, kind text, UNIQUE (kind, id)'), notes(byKind)),
      together(),
      /column "item" of table "notes" .* because "items"\."id" takes the next numbers/,
    ],
    [
      'to a column that does not travel',
      ddlOf(items('id uuid PRIMARY KEY, no int, kind text, UNIQUE (kind, no)'), notes(byNo)),
      together({ ignore: ['no'] }),
      /column "no" of table "notes" .* because "items"\."no" does not travel/,
    ],
    [
      'to a column that is set',
      ddlOf(items('id uuid PRIMARY KEY, no int, kind text, UNIQUE (kind, no)'), notes(byNo)),
      together({ set: { no: () => 1 } }),
      /column "no" of table "notes" .* because "items"\."no" does not travel/,
    ],
    [
      'to a column that is computed from a key',
      ddlOf(
        items(
          "id serial PRIMARY KEY, slug text GENERATED ALWAYS AS ('c' || id) STORED, kind text, UNIQUE (kind, slug)",
        ),
        notes(bySlug),
      ),
      together(),
      /column "slug" of table "notes" .* because "items"\."slug" is computed from columns that change/,
    ],
    [
      'to a column with ids inside its values',
      ddlOf(items('id serial PRIMARY KEY, slug text, kind text, UNIQUE (kind, slug)'), notes(bySlug)),
      together({ text: { slug: [{ pattern: 'c{}', table: 'items' }] } }),
      /column "slug" of table "notes" .* because "items"\."slug" holds ids inside its values/,
    ],
    [
      'to a column that gets a suffix',
      ddlOf(items(`id serial PRIMARY KEY, ${taken}`), notes(bySlug)),
      together({ unique: { slug: 'suffix' } }),
      /column "slug" of table "notes" .* because "items"\."slug" changes where its value is taken/,
    ],
    [
      'to a column that is emptied',
      ddlOf(items(`id serial PRIMARY KEY, ${taken}`), notes(bySlug)),
      together({ unique: { slug: 'null' } }),
      /column "slug" of table "notes" .* because "items"\."slug" changes where its value is taken/,
    ],
    [
      'to a column that gets a suffix, as declared',
      ddlOf(items(`id text PRIMARY KEY, ${taken}`), notes('slug text REFERENCES items (slug)')),
      together(
        { key: 'cuid', unique: { slug: 'suffix' } },
        { references: { slug: { table: 'items', key: 'slug' } } },
      ),
      /"notes"\."slug" leads to "items"\."slug", whose values change where they are taken/,
    ],
    [
      'to a key that people give and that gets a suffix',
      ddlOf(items('id text PRIMARY KEY'), notes('item text REFERENCES items')),
      together({ key: 'natural', unique: { id: 'suffix' } }, { references: { item: 'items' } }),
      /"unique" of "items"\."id" cannot be "suffix", because it is the key of its rows/,
    ],
    [
      'to a number in another piece',
      ddlOf(items('id serial PRIMARY KEY, kind text, UNIQUE (kind, id)'), notes(byKind)),
      apart(),
      /column "item" of table "notes" .* because "items"\."id" may change where another piece carries that table/,
    ],
    [
      'to a text in another piece',
      ddlOf(
        items('id text PRIMARY KEY, kind text, UNIQUE (kind, id)'),
        notes('kind text, item text, FOREIGN KEY (kind, item) REFERENCES items (kind, id)'),
      ),
      apart({ key: 'cuid' }),
      /column "item" of table "notes" .* because "items"\."id" may change where another piece carries that table/,
    ],
    [
      'to a number of a key of several columns in another piece',
      ddlOf(items(numbered), notes(byKind)),
      apart(),
      /column "item" of table "notes" .* because "items"\."id" may change/,
    ],
    [
      'of a column that is computed from an undeclared one',
      ddlOf(plain, notes('raw int, item int GENERATED ALWAYS AS (raw) STORED REFERENCES items')),
      together(),
      /generated column "item" of table "notes" leads to "items", so "raw", .* must stand in/,
    ],
    [
      'of a column that is computed from one that only travels',
      ddlOf(plain, notes('raw int, item int GENERATED ALWAYS AS (raw) STORED REFERENCES items')),
      together({}, { columns: ['raw'] }),
      /generated column "item" of table "notes" leads to "items", so "raw", .* must stand in/,
    ],
    [
      'of a column that is computed from a declared column and another one',
      ddlOf(
        plain,
        notes(
          'raw int, other int, item int GENERATED ALWAYS AS (coalesce(raw, other)) STORED REFERENCES items',
        ),
      ),
      together({}, { references: { raw: 'items' } }),
      /generated column "item" of table "notes" leads to "items", so "other", .* must stand in/,
    ],
    [
      'of several columns, one of them computed from an undeclared document',
      ddlOf(
        items(numbered),
        notes(
          "kind text DEFAULT 'a', doc jsonb, item int GENERATED ALWAYS AS ((doc ->> 'i')::int) STORED, FOREIGN KEY (kind, item) REFERENCES items (kind, id)",
        ),
      ),
      together(),
      /generated column "item" of table "notes" leads to "items", so "doc", .* must stand in/,
    ],
  ]

for (const [what, ddl, pieces, message] of refused) {
  test(`refused by name: a foreign key ${what}`, async () => {
    const host = await albums(onePlace[0] ?? 'embedded', ddl, pieces)
    try {
      await assert.rejects(checkTables(host.db, pieces), message)
      const album = await host.add()
      const copy = await host.clone(album)
      assert.ok(!copy.ok)
      assert.match(copy.told, message)
      assert.equal((await host.sql('SELECT FROM albums')).length, 1)
    } finally {
      await host.close()
    }
  })
}

test.run()
