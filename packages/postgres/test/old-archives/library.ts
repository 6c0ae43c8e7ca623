import type { Pack, ResourceKind } from '@piecework/core'
import type { Queryable } from '@piecework/core/piece'
import { type TablePieceSpec, tablePiece } from '@piecework/postgres'

/** A host whose tables use what archives of table pieces can hold. */
export const libraryTables: readonly string[] = [
  'CREATE TABLE languages (id uuid PRIMARY KEY, code text UNIQUE, name text)',
  "INSERT INTO languages VALUES (gen_random_uuid(), 'de', 'German'), (gen_random_uuid(), 'fr', 'French')",
  `CREATE TABLE libraries (id uuid PRIMARY KEY, name text, opened date, motto text, owner text, ready boolean NOT NULL DEFAULT true)`,
  `CREATE TABLE shelves (id uuid PRIMARY KEY, library_id uuid NOT NULL REFERENCES libraries ON DELETE CASCADE,
     label text NOT NULL, above uuid REFERENCES shelves, width numeric(8,3), "Odd Name" text, UNIQUE (library_id, label))`,
  `CREATE TABLE books (id uuid PRIMARY KEY, shelf_id uuid NOT NULL REFERENCES shelves ON DELETE CASCADE, title text,
     language_id uuid REFERENCES languages, pages int, rating real, tags text[], cover bytea, bought timestamptz,
     details jsonb, raw json, title_length int GENERATED ALWAYS AS (length(title)) STORED)`,
  `CREATE TABLE loans (book_id uuid NOT NULL REFERENCES books ON DELETE CASCADE, no int, reader text, PRIMARY KEY (book_id, no))`,
  `CREATE TABLE exhibitions (id uuid PRIMARY KEY, library_id uuid NOT NULL REFERENCES libraries ON DELETE CASCADE,
     name text, number int, plan jsonb, ready boolean NOT NULL DEFAULT true)`,
  `CREATE TABLE exhibits (id uuid PRIMARY KEY, exhibition_id uuid NOT NULL REFERENCES exhibitions ON DELETE CASCADE,
     shelf_id uuid REFERENCES shelves, language_id uuid REFERENCES languages, place int)`,
  `CREATE TABLE stamps (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, library_id uuid NOT NULL REFERENCES libraries ON DELETE CASCADE,
     label text, after_id int REFERENCES stamps, near int[])`,
  `CREATE TABLE tags (id text PRIMARY KEY, library_id uuid NOT NULL REFERENCES libraries ON DELETE CASCADE, name text, doc jsonb)`,
  `CREATE TABLE codes (code text PRIMARY KEY, library_id uuid NOT NULL REFERENCES libraries ON DELETE CASCADE, stamp_id int REFERENCES stamps, tag_id text REFERENCES tags)`,
]

const shared = { where: 'true', by: ['code'] }

const specs: readonly TablePieceSpec[] = [
  {
    name: 'library/library',
    of: 'library',
    version: 1,
    tables: [
      {
        table: 'libraries',
        owner: 'id',
        order: ['name'],
        keepShellValue: ['name'],
        ignore: ['ready'],
        set: { owner: ({ principal }) => principal.id },
      },
    ],
  },
  {
    name: 'library/books',
    of: 'library',
    version: 1,
    after: ['library/library'],
    tables: [
      {
        table: 'shelves',
        owner: 'library_id',
        order: ['label'],
        references: { above: 'shelves' },
      },
      {
        table: 'books',
        owner: 'shelf_id.library_id',
        order: ['title'],
        references: { shelf_id: 'shelves', language_id: { table: 'languages', shared } },
        json: {
          details: [
            { path: 'sequels[*]', table: 'books' },
            { path: 'translations.*', table: 'languages', shared },
          ],
        },
      },
      {
        table: 'loans',
        owner: 'book_id.shelf_id.library_id',
        order: ['book_id.title', 'no'],
        references: { book_id: 'books' },
      },
    ],
  },
  {
    name: 'library/marks',
    of: 'library',
    version: 1,
    after: ['library/library'],
    tables: [
      {
        table: 'stamps',
        owner: 'library_id',
        order: ['label'],
        references: { after_id: 'stamps', near: 'stamps' },
      },
      {
        table: 'tags',
        owner: 'library_id',
        order: ['name'],
        key: 'cuid',
        json: { doc: [{ path: 'like[*]', table: 'tags' }] },
      },
      {
        table: 'codes',
        owner: 'library_id',
        order: ['code'],
        key: 'natural',
        references: { stamp_id: 'stamps', tag_id: 'tags' },
      },
    ],
  },
  {
    name: 'exhibition/exhibition',
    of: 'exhibition',
    version: 1,
    after: ['library/books'],
    tables: [
      {
        table: 'exhibitions',
        owner: 'id',
        order: ['number'],
        ignore: ['library_id', 'ready'],
        json: {
          plan: [
            {
              path: 'rooms[*].shelf',
              table: 'shelves',
              of: 'library',
              lookup: { where: 'library_id = $into', by: ['label'] },
            },
          ],
        },
      },
      {
        table: 'exhibits',
        owner: 'exhibition_id',
        order: ['place'],
        references: {
          shelf_id: {
            table: 'shelves',
            of: 'library',
            lookup: { where: 'library_id = $into', by: ['label'] },
          },
          language_id: { table: 'languages', shared },
        },
      },
    ],
  },
]

const kind = (name: string, table: string): ResourceKind => ({
  kind: name,
  table,
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>(`SELECT name FROM ${table} WHERE id = $1 AND ready`, [id])).rows[0],
  shell: {
    create: async ({ ref, parent, name: given }, tx) => {
      const values = parent ? [ref.id, given ?? null, parent.id] : [ref.id, given ?? null]
      await tx.query(
        `INSERT INTO ${table} (id, name, ready${parent ? ', library_id' : ''}) VALUES ($1, $2, false${parent ? ', $3' : ''})`,
        values,
      )
    },
    ready: async ({ id }, tx) =>
      void (await tx.query(`UPDATE ${table} SET ready = true WHERE id = $1`, [id])),
    remove: async ({ id }, tx) => void (await tx.query(`DELETE FROM ${table} WHERE id = $1`, [id])),
  },
})

export const exhibitionKind: ResourceKind = {
  ...kind('exhibition', 'exhibitions'),
  parent: 'library',
  parentOf: async ({ id }, db) => {
    const { rows } = await db.query<{ id: string }>(
      'SELECT library_id AS id FROM exhibitions WHERE id = $1',
      [id],
    )
    return rows[0] && { kind: 'library', id: rows[0].id }
  },
  listUnder: async ({ id }, db) => {
    const { rows } = await db.query<{ id: string }>(
      'SELECT id FROM exhibitions WHERE library_id = $1 ORDER BY number',
      [id],
    )
    return rows.map((row) => ({ kind: 'exhibition', id: row.id }))
  },
}

export const libraryPack: Pack = {
  name: 'library',
  kinds: [kind('library', 'libraries'), exhibitionKind],
  pieces: specs.map((spec) => tablePiece(spec)),
}

/** A library with everything that an entry can hold. */
export async function sampleLibrary(db: Queryable): Promise<string> {
  const id = (n: number) => `aaaaaaaa-0000-4000-8000-${String(n).padStart(12, '0')}`
  const shelf = (n: number) => id(10 + n)
  const book = (n: number) => id(20 + n)
  await db.query(`INSERT INTO libraries VALUES ($1, 'By the "sea"', '1899-12-31', '', 'someone')`, [id(1)])
  await db.query(
    `INSERT INTO shelves VALUES ($2, $1, 'A', NULL, 12345.678, 'odd'), ($3, $1, 'B', $2, NULL, ''), ($4, $1, 'C', $3, 0, NULL)`,
    [id(1), shelf(1), shelf(2), shelf(3)],
  )
  const language = `(SELECT id FROM languages WHERE code = $2)`
  const add = async (n: number, title: string | null, code: string, more: string, details: unknown) =>
    db.query(
      `INSERT INTO books (id, shelf_id, title, language_id, pages, rating, tags, cover, bought, raw, details)
       VALUES ($1, $3, $4, ${language}, ${more}, $5::jsonb)`,
      [book(n), code, shelf(1 + (n % 2)), title, details === null ? null : JSON.stringify(details)],
    )
  const { rows } = await db.query<{ id: string }>("SELECT id FROM languages WHERE code = 'fr'")
  const french = rows[0]?.id
  await add(
    1,
    'Dune, "1"\nand 2',
    'de',
    `1, 0.1, '{a,"b c",NULL}', '\\x00ff', '2020-02-29 12:00:00.123456+00', '{"a" : 1}'`,
    {
      sequels: [book(2), book(3)],
      translations: { best: french },
      note: 'ünïcode 🐟',
    },
  )
  await add(2, '', 'fr', `NULL, 'NaN', '{}', '', 'infinity', NULL`, { sequels: [] })
  await add(3, null, 'none', `-5, NULL, NULL, NULL, NULL, '[]'`, null)
  await add(4, '\\.', 'de', `2147483647, -1e-30, '{\\.}', '\\x5c2e', '0099-01-01 00:00:00+00', '"x"'`, null)
  await db.query(`INSERT INTO loans VALUES ($1, 1, 'ann'), ($1, 2, NULL), ($2, 1, '')`, [book(1), book(2)])
  await db.query('ALTER TABLE stamps ALTER id RESTART WITH 41')
  await db.query(`INSERT INTO stamps (library_id, label) SELECT $1, 's' || n FROM generate_series(1, 4) n`, [
    id(1),
  ])
  // A gap between the keys.
  await db.query('DELETE FROM stamps WHERE id = 43')
  await db.query(
    `UPDATE stamps SET after_id = CASE id WHEN 41 THEN 44 ELSE 41 END, near = CASE id WHEN 42 THEN '{44,NULL,41}'::int[] END`,
  )
  const tag = (n: number) => `c${String(n).padStart(24, 'a')}`
  await db.query(
    `INSERT INTO tags VALUES ($2, $1, 'blue', jsonb_build_object('like', jsonb_build_array($3::text, $2::text))), ($3, $1, 'red', NULL)`,
    [id(1), tag(1), tag(2)],
  )
  await db.query(
    `INSERT INTO codes VALUES ('A-1', $1, 42, $2), ('B-2', $1, NULL, $3), ('C-3', $1, 44, NULL)`,
    [id(1), tag(1), tag(2)],
  )
  await db.query(`INSERT INTO exhibitions VALUES ($2, $1, 'Old', 1, $4), ($3, $1, 'New', 2, NULL)`, [
    id(1),
    id(41),
    id(42),
    JSON.stringify({ rooms: [{ shelf: shelf(1) }, { shelf: shelf(3) }] }),
  ])
  await db.query(
    `INSERT INTO exhibits SELECT v, $2::uuid, s, (SELECT id FROM languages WHERE code = 'de'), n
     FROM unnest($1::uuid[], $3::uuid[]) WITH ORDINALITY AS u(v, s, n)`,
    [[id(51), id(52), id(53)], id(41), [shelf(2), shelf(1), null]],
  )
  return id(1)
}

const queries: Readonly<Record<string, string>> = {
  libraries: 'SELECT * FROM libraries WHERE id = $1',
  shelves: 'SELECT * FROM shelves WHERE library_id = $1 ORDER BY label',
  books:
    'SELECT b.* FROM books b JOIN shelves s ON s.id = shelf_id WHERE library_id = $1 ORDER BY pages NULLS FIRST, b.rating',
  loans:
    'SELECT l.* FROM loans l JOIN books b ON b.id = book_id JOIN shelves s ON s.id = shelf_id WHERE library_id = $1 ORDER BY pages NULLS FIRST, no',
  stamps: `SELECT s.label, a.label AS after, (SELECT array_agg(n.label ORDER BY u.o) FROM unnest(s.near) WITH ORDINALITY u(k, o) LEFT JOIN stamps n ON n.id = u.k) AS near
     FROM stamps s LEFT JOIN stamps a ON a.id = s.after_id AND a.library_id = s.library_id WHERE s.library_id = $1 ORDER BY s.label`,
  tags: `SELECT t.name, (SELECT array_agg(l.name ORDER BY u.o) FROM jsonb_array_elements_text(t.doc -> 'like') WITH ORDINALITY u(k, o) LEFT JOIN tags l ON l.id = u.k AND l.library_id = t.library_id) AS likes
     FROM tags t WHERE t.library_id = $1 ORDER BY t.name`,
  codes: `SELECT c.code, s.label, t.name FROM codes c LEFT JOIN stamps s ON s.id = c.stamp_id AND s.library_id = c.library_id
     LEFT JOIN tags t ON t.id = c.tag_id AND t.library_id = c.library_id WHERE c.library_id = $1 ORDER BY c.code`,
  exhibitions: 'SELECT * FROM exhibitions WHERE library_id = $1 ORDER BY number',
  exhibits:
    'SELECT x.* FROM exhibits x JOIN exhibitions e ON e.id = exhibition_id WHERE library_id = $1 ORDER BY place',
}

export type Content = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>

/** All rows of a library; ids by their place, those of languages by their code. */
export async function libraryContent(db: Queryable, library: string): Promise<Content> {
  const codes = await db.query<{ id: string; code: string }>('SELECT id, code FROM languages')
  const names = new Map(codes.rows.map(({ id, code }) => [id, `language ${code}`]))
  const rows: [string, string[]][] = []
  for (const [table, sql] of Object.entries(queries)) {
    const found = await db.query<{ row: string }>(`SELECT row_to_json(x)::text AS row FROM (${sql}) x`, [
      library,
    ])
    rows.push([table, found.rows.map(({ row }) => row)])
  }
  const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
  const named = (row: string) =>
    row.replace(uuid, (id) => {
      const name = names.get(id) ?? `id ${names.size}`
      names.set(id, name)
      return name
    })
  return Object.fromEntries(rows.map(([table, list]) => [table, list.map((row) => JSON.parse(named(row)))]))
}
