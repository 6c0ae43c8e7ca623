import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { isPieceworkError } from '@piecework/core'
import { checkTables, type TableSpec, tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { exported, type World, world } from './support.js'

const test = needsServer(suite('table pieces: declarations against the catalogue'))
let here: World

test.before(async () => {
  here = await world(`
    CREATE TABLE projects (id uuid PRIMARY KEY, code text UNIQUE);
    CREATE COLLATION one_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    CREATE TABLE odd_owners (id uuid PRIMARY KEY, price numeric, insensitive text COLLATE one_case);
    CREATE TABLE serials (id serial PRIMARY KEY, project_id uuid REFERENCES projects);
    CREATE TABLE identities (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, project_id uuid REFERENCES projects);
    CREATE TABLE codes (code text PRIMARY KEY, project_id uuid REFERENCES projects);
    CREATE TABLE units (id uuid PRIMARY KEY, project_id uuid REFERENCES projects, puid int);
    CREATE TABLE pairs (unit_id uuid REFERENCES units, other_id uuid REFERENCES units, run int, PRIMARY KEY (unit_id, other_id, run));
    CREATE TABLE counted (unit_id uuid REFERENCES units, n serial, PRIMARY KEY (unit_id, n));
    CREATE TABLE loose (a int, b int, project_id uuid, PRIMARY KEY (a, b));
    CREATE TABLE numbered (id uuid PRIMARY KEY, project_no int);
    CREATE TABLE clashing (id uuid PRIMARY KEY, project_id uuid, unit_id uuid, "unit_id.puid" int);
    CREATE SEQUENCE items_seq; CREATE SEQUENCE downwards INCREMENT -1; CREATE SEQUENCE round CYCLE;
    CREATE SEQUENCE "by.v1.seq" INCREMENT -1; CREATE SCHEMA "v1.x"; CREATE SEQUENCE "v1.x"."no.1" INCREMENT -1;
    CREATE TABLE given (id int PRIMARY KEY, project_id uuid);
    CREATE TABLE items (id int PRIMARY KEY, project_id uuid);
    CREATE TABLE orders (id uuid PRIMARY KEY, project_id uuid, no serial UNIQUE);
    CREATE TABLE lines (id uuid PRIMARY KEY, project_id uuid, order_no int REFERENCES orders (no));
    CREATE DOMAIN brief AS varchar(4);
    CREATE TABLE labels (id uuid PRIMARY KEY, project_id uuid, slug varchar(9) UNIQUE, code brief UNIQUE);
    CREATE TABLE needy (id uuid PRIMARY KEY, project_id uuid, unit_id uuid NOT NULL)`)
})
test.after(() => here.close())

const piece = (...tables: TableSpec[]) => tablePiece({ name: 'project/x', of: 'project', version: 1, tables })
const table = (name: string, more: Partial<TableSpec> = {}): TableSpec => ({
  table: name,
  owner: 'project_id',
  order: [],
  ...more,
})

const refused: readonly (readonly [what: string, spec: TableSpec, message: RegExp])[] = [
  [
    'new ids: an integer key without a sequence',
    table('given'),
    /key "id" of table "given" is integer without a sequence of its own: declare key: \{ sequence: '<schema>\.<name>' \}, or key: 'natural'/,
  ],
  [
    'new ids: an integer key beside a sequence that looks like its own',
    table('items'),
    /key "id" of table "items" .* declare key: \{ sequence: 'public\.items_seq' \}/,
  ],
  [
    'new ids: a sequence that does not exist',
    table('given', { key: { sequence: 'nowhere.seq' } }),
    /there is no sequence nowhere\.seq/,
  ],
  [
    'a suffix in a text that has no room for it',
    table('labels', { unique: { slug: 'suffix' } }),
    /"unique" of "labels"\."slug" cannot be "suffix", because character varying\(9\) has no room/,
  ],
  [
    'a suffix in a domain over a text that has no room for it',
    table('labels', { unique: { code: 'suffix' } }),
    /"unique" of "labels"\."code" cannot be "suffix", because brief has no room/,
  ],
  [
    'new ids: a sequence that counts down',
    table('given', { key: { sequence: 'downwards' } }),
    /the sequence public\.downwards of "given"\."id" counts down/,
  ],
  ...['by.v1.seq', 'public.by.v1.seq', 'v1.x.no.1', 'no.1'].map(
    (sequence) =>
      [
        `new ids: a sequence of a name with points: ${sequence}`,
        table('given', { key: { sequence } }),
        /the sequence (?:public\.by\.v1\.seq|v1\.x\.no\.1) of "given"\."id" counts down/,
      ] as const,
  ),
  [
    'new ids: a sequence that begins again',
    table('given', { key: { sequence: 'public.round' } }),
    /the sequence public\.round of "given"\."id" begins again at its end/,
  ],
  [
    'new ids: a form of texts for an integer key',
    table('serials', { key: 'cuid' }),
    /key "id" of table "serials" is integer, so new keys cannot be 'cuid'/,
  ],
  [
    'new ids: a reference to a number that is no key',
    table('lines', { references: { order_no: { table: 'orders', key: 'no' } } }),
    /"lines"\."order_no" leads to "orders"\."no", which is not the key of its rows/,
  ],
  [
    'new ids: a text key',
    table('codes'),
    /keys of table "codes" are text, so it must say what new ones look like/,
  ],
  ['new ids: a key without references', table('loose'), /the key of table "loose" holds no reference/],
  [
    'new ids: a foreign key that is not declared',
    table('pairs', { owner: 'unit_id.project_id', references: { unit_id: 'units' } }),
    /column "other_id" of table "pairs" leads to "units" and must stand in/,
  ],
  ['a table that is missing', table('nothing'), /there is no table "public"\."nothing"/],
  ['an owner that is missing', table('units', { owner: 'owner' }), /no column "owner"/],
  [
    'an owner whose type is for no id',
    table('odd_owners', { owner: 'price' }),
    /owner "price" of table "odd_owners" is numeric, and a resource's id is uuid, text,/,
  ],
  [
    'an owner to which two spellings are one text',
    table('odd_owners', { owner: 'insensitive' }),
    /owner "insensitive" of table "odd_owners" compares different texts as equal/,
  ],
  [
    'an owner that leads nowhere',
    table('units', { owner: 'puid.project_id' }),
    /"puid" of "units" leads nowhere/,
  ],
  [
    'an order that is missing',
    table('units', { order: ['project_id.name'] }),
    /table "projects" has no column "name"/,
  ],
  ['a set column that is missing', table('units', { set: { state: () => 1 } }), /no column "state"/],
  ['an ignored column that is missing', table('units', { ignore: ['state'] }), /no column "state"/],
  [
    'a reference to no table',
    table('clashing', { references: { unit_id: 'nothing' } }),
    /leads to table "nothing", which does not exist/,
  ],
  [
    'a reference to no key',
    table('clashing', { references: { unit_id: { table: 'units', key: 'puid' } } }),
    /leads to "units"\."puid", which is not unique/,
  ],
  [
    'a stable key whose name is taken',
    table('clashing', {
      references: { unit_id: { table: 'units', shared: { where: 'true', by: ['puid'] } } },
    }),
    /a column of its own that is named "unit_id\.puid"/,
  ],
  [
    'a document that is none',
    table('units', { json: { puid: [{ path: 'a', table: 'units' }] } }),
    /"puid" of table "units" is not json/,
  ],
  [
    'keepShellValue in another table',
    table('units', { keepShellValue: ['puid'] }),
    /"keepShellValue" of table "units"/,
  ],
]

for (const [what, spec, message] of refused) {
  test(`${what} is refused by name, at start and at first use`, async () => {
    await assert.rejects(checkTables(here.db, [piece(spec)]), (error) => {
      assert.ok(isPieceworkError(error, 'registry-invalid'))
      assert.match(error.message, message)
      assert.match(error.message, /^Piece "project\/x" cannot be run: /)
      return true
    })
    await assert.rejects(exported(here.db, piece(spec), { kind: 'project', id: randomUUID() }), message)
  })
}

test('everything that does not fit is told at once', async () => {
  const pieces = [piece(table('given'), table('nothing')), { ...piece(table('codes')), name: 'project/y' }]
  await assert.rejects(checkTables(here.db, pieces), /nothing.*given.*codes|given.*nothing.*codes/)
})

test('a table that two pieces carry by one owner is refused, unless each says which rows are its own', async () => {
  const where = { sql: 'project_id IS NOT NULL' }
  const another = (more: Partial<TableSpec>, piece = {}) =>
    tablePiece({ name: 'project/y', of: 'project', version: 1, tables: [table('units', more)], ...piece })
  await assert.rejects(checkTables(here.db, [piece(table('units')), another({ where })]), (error) => {
    assert.ok(isPieceworkError(error, 'registry-invalid'))
    assert.match(error.message, /piece "project\/y" carries the rows of table "units" by "project_id", too/)
    return error.findings.every(({ hint }) => /where: \{ sql: 'kind = \$1'/.test(hint ?? ''))
  })
  await checkTables(here.db, [piece(table('units', { where })), another({ where })])
  await checkTables(here.db, [piece(table('units')), another({}, { exportOnly: true })])
  await checkTables(here.db, [piece(table('units')), another({}, { applies: async () => true })])
})

test('new ids: keys made of references and of numbers within them are fine', async () => {
  const references = { unit_id: 'units', other_id: 'units' }
  await checkTables(here.db, [
    piece(table('units'), table('pairs', { owner: 'unit_id.project_id', references })),
    { contract: 1, name: 'other/piece', of: 'project', version: 1 },
  ])
})

const contradictions: readonly (readonly [what: string, specs: TableSpec[], message: RegExp])[] = [
  ['no tables', [], /no tables/],
  [
    'a table twice',
    [table('t'), table('t')],
    /table "t" stands in it twice: .* with "where", as in where: \{ sql:/,
  ],
  [
    'ids in texts that lead to shared rows',
    [
      table('t', {
        text: { x: [{ pattern: '/u/{}', table: 'u', shared: { where: 'true', by: ['k'] } } as never] },
      }),
    ],
    /text\.x\[0\]\.shared"; ids in texts lead to rows that travel/,
  ],
  ['the same entry twice', [table('a b'), table('a_20_b')], /two tables have the entry "a_20_b\.csv"/],
  [
    'a column both set and remapped',
    [table('t', { set: { x: () => 1 }, references: { x: 'u' } })],
    /"x" of table "t" does not travel/,
  ],
  ['an ignored owner', [table('t', { ignore: ['project_id'] })], /"project_id" of table "t" does not travel/],
  [
    'an owner by shared rows',
    [
      table('t', {
        owner: 'u_id.project_id',
        references: { u_id: { table: 'u', shared: { where: 'true', by: ['k'] } } },
      }),
    ],
    /cannot lead to shared rows/,
  ],
  [
    'a path that is none',
    [table('t', { json: { doc: [{ path: 'a[0]', table: 't' }] } })],
    /"a\[0\]" is not a path/,
  ],
]

for (const [what, specs, message] of contradictions) {
  test(`${what}: refused without a database`, () => {
    assert.throws(
      () => piece(...specs),
      (error) => isPieceworkError(error, 'registry-invalid') && message.test(error.message),
    )
  })
}

test.run()
