import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { isPieceworkError, PieceworkError } from '@piecework/core'
import { entriesOf } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { cloned, type Files, imported, newProject, rowsOf, validated, type World, world } from './support.js'

const test = needsServer(suite('table pieces: hostile archives'))
let here: World

const units = tablePiece({
  name: 'project/units',
  of: 'project',
  version: 1,
  tables: [
    {
      table: 'units',
      owner: 'project_id',
      order: ['puid'],
      set: { state: () => 'mine' },
      ignore: ['secret'],
    },
    {
      table: 'values',
      owner: 'unit_id.project_id',
      order: ['unit_id.puid'],
      references: { unit_id: 'units' },
    },
  ],
})

test.before(async () => {
  here = await world(`
    CREATE TABLE projects (id uuid PRIMARY KEY);
    CREATE TABLE units (id uuid PRIMARY KEY, project_id uuid NOT NULL REFERENCES projects, puid int NOT NULL CHECK (puid > 0), state text DEFAULT 'default',
      secret text DEFAULT 'kept', label varchar(5), doc jsonb, geom geometry(Point, 4326), twice int GENERATED ALWAYS AS (puid * 2) STORED,
      UNIQUE (project_id, puid));
    CREATE TABLE "values" (unit_id uuid PRIMARY KEY REFERENCES units, value float8 NOT NULL)`)
})
test.after(() => here.close())

const [a, b] = [randomUUID(), randomUUID()]
const noValues = { 'values.csv': 'unit_id,value\n' }
const source = { kind: 'project', id: randomUUID() }

async function refused(files: Files, expected: RegExp): Promise<PieceworkError> {
  const into = await newProject(here.db, source.id)
  const [before] = await rowsOf(here.db, 'SELECT count(*) FROM units')
  const error = await imported(here.db, units, files, into).then(
    () => assert.fail('It was imported.'),
    (error: unknown) => error,
  )
  assert.ok(isPieceworkError(error), String(error))
  assert.match(error.message, expected)
  assert.deepEqual(await rowsOf(here.db, 'SELECT count(*) FROM units'), [before])
  return error
}

test('hostile archives: owner, state, ignored and generated columns of a file are never read', async () => {
  const victim = await newProject(here.db, source.id)
  const into = await newProject(here.db, source.id)
  const files = {
    ...noValues,
    'units.csv': `project_id,id,puid,state,secret,twice\n${victim.resource.id},${a},1,stolen,open,7\nnot even a uuid,${b},2,,,x\n`,
  }
  const found = await validated(here.db, units, files, into.resource)
  assert.deepEqual(
    found.map(({ severity, code, column }) => [severity, code, column]),
    ['project_id', 'state', 'secret', 'twice'].map((column) => ['warning', 'table/column-unread', column]),
  )
  await imported(here.db, units, files, into)
  assert.deepEqual(
    await rowsOf(here.db, 'SELECT puid, state, secret, twice FROM units WHERE project_id = $1 ORDER BY 1', [
      into.resource.id,
    ]),
    [
      { puid: 1, state: 'mine', secret: 'kept', twice: 2 },
      { puid: 2, state: 'mine', secret: 'kept', twice: 4 },
    ],
  )
  assert.deepEqual(await rowsOf(here.db, 'SELECT FROM units WHERE project_id = $1', [victim.resource.id]), [])
})

test('hostile archives: a file cannot put rows under the unit of another project', async () => {
  const victim = await newProject(here.db, source.id)
  const theirs = randomUUID()
  await here.db.query('INSERT INTO units (id, project_id, puid) VALUES ($1, $2, 1)', [
    theirs,
    victim.resource.id,
  ])
  const into = await newProject(here.db, source.id)
  const { counts, findings } = await imported(
    here.db,
    units,
    { 'units.csv': 'id,puid\n', 'values.csv': `unit_id,value\n${theirs},1\n` },
    into,
  )
  assert.deepEqual(counts, { rows: 0, skipped: 1 })
  assert.equal(findings[0]?.code, 'table/row-skipped')
  assert.deepEqual(await rowsOf(here.db, 'SELECT FROM "values"'), [])
})

const hostileNames = [
  'nope',
  'puid; DROP TABLE units',
  '"',
  "'",
  'puid" FROM units; --',
  'ctid',
  'PUID',
  'constructor',
  'unit_id.puid',
  '☃',
]

for (const name of hostileNames) {
  test(`hostile archives: the column name ${name} is refused by name and reaches no SQL`, async () => {
    const quoted = `"${name.replaceAll('"', '""')}"`
    const files = { ...noValues, 'units.csv': `id,puid,${quoted}\n${a},1,x\n` }
    const error = await refused(files, /"units\.csv" has the column/)
    assert.ok(error.message.includes(JSON.stringify(name)))
    const [finding] = await validated(here.db, units, files)
    assert.deepEqual(
      [finding?.code, finding?.severity, finding?.column],
      ['table/column-unknown', 'error', name],
    )
  })
}

const bad: readonly (readonly [what: string, csv: string, message: RegExp, codes: readonly string[]])[] = [
  [
    'a number that is none',
    `id,puid\n${a},1\n${b},x\n`,
    /"units\.csv", line 3, column "puid": invalid input syntax/,
    ['table/value-invalid'],
  ],
  [
    'a number that is too large',
    `id,puid\n${a},99999999999\n`,
    /line 2, column "puid"/,
    ['table/value-invalid'],
  ],
  ['a key that is no uuid', `id,puid\n7,1\n`, /line 2, column "id"/, ['table/value-invalid']],
  ['a key that is missing', `puid\n1\n`, /lacks the column "id"/, ['table/column-missing']],
  ['an empty key', `id,puid\n,1\n`, /null value/, ['table/value-missing']],
  ['a required column that is missing', `id\n${a}\n`, /lacks the column "puid"/, ['table/column-missing']],
  ['a required value that is missing', `id,puid\n${a},\n`, /null value/, ['table/value-missing']],
  [
    'a text that is too long',
    `id,puid,label\n${a},1,sixsix\n`,
    /line 2, column "label": value too long/,
    ['table/value-invalid'],
  ],
  ['a document that is none', `id,puid,doc\n${a},1,{\n`, /line 2, column "doc"/, ['table/value-invalid']],
  ['a document with a NUL', `id,puid,doc\n${a},1,"""\\u0000"""\n`, /column "doc"/, ['table/value-invalid']],
  [
    'a geometry that is none',
    `id,puid,geom\n${a},1,010203\n`,
    /line 2, column "geom"/,
    ['table/value-invalid'],
  ],
  [
    'a value that a check refuses',
    `id,puid\n${a},-1\n`,
    /violates check constraint .* \(table "units", constraint "\w+"\)/,
    ['table/check-violated'],
  ],
  [
    'a key that comes twice',
    `id,puid\n${a},1\n${a},2\n`,
    /duplicate key .* \(table "units", constraint "\w+"\)/,
    ['table/key-twice'],
  ],
  ['too many fields', `id,puid\n${a},1,2\n`, /3 fields where the header has 2/, ['table/archive-invalid']],
  ['too few fields', `id,puid\n${a}\n`, /1 fields where the header has 2/, ['table/archive-invalid']],
  [
    'the end-of-data mark',
    `id,puid\n\\.\n${a},1\n`,
    /"units\.csv": .*end-of-data/,
    ['table/archive-invalid'],
  ],
  ['a quote that does not end', `id,puid\n${a},"1\n`, /does not end/, ['table/archive-invalid']],
  ['a column that comes twice', `id,puid,puid\n${a},1,2\n`, /which is taken/, ['table/archive-invalid']],
  ['nothing at all', '', /header/, ['table/archive-invalid']],
]

for (const [what, csv, message, codes] of bad) {
  test(`hostile archives: ${what} is refused, with entry and place`, async () => {
    const files = { ...noValues, 'units.csv': csv }
    const error = await refused(files, message)
    assert.equal(error.code, 'archive-invalid')
    assert.ok(error.message.includes('units.csv'))
    assert.deepEqual(
      (await validated(here.db, units, files)).map(({ code }) => code),
      codes,
    )
  })
}

test('all problems at once: all problems are told at once, the first of each kind with its line, and counted', async () => {
  const lines = Array.from({ length: 100 }, (_, n) => `${randomUUID()},${n % 2 ? 'x' : n + 1},"t\nl"`)
  const found = await validated(here.db, units, {
    'units.csv': `id,puid,label,more\n${lines.map((line) => `${line},\n`).join('')}`,
    'extra.csv': 'id\n',
  })
  assert.deepEqual(
    found.map(({ code, file, line, count }) => [code, file, line, count]),
    [
      ['table/entry-unexpected', 'extra.csv', undefined, undefined],
      ['table/column-unknown', 'units.csv', 1, undefined],
      ...[4, 8, 12, 16, 20].map((line, at) => [
        'table/value-invalid',
        'units.csv',
        line,
        at === 0 ? 50 : undefined,
      ]),
      ['table/entry-missing', 'values.csv', undefined, undefined],
    ],
  )
})

test('hostile archives: a long document is parsed by the database alone', async () => {
  const { parse } = JSON
  let longest = 0
  JSON.parse = (text: string, ...more: []) => {
    longest = Math.max(longest, text.length)
    return parse(text, ...more) as unknown
  }
  try {
    const long = (end: string) => `"[${'[],'.repeat(200_000)}[]${end}"`
    const files = (doc: string) => ({ ...noValues, 'units.csv': `id,puid,doc\n${a},1,${doc}\n` })
    assert.deepEqual(await validated(here.db, units, files(long(']'))), [])
    const found = await validated(here.db, units, files(long('')))
    assert.deepEqual(
      found.map(({ code }) => code),
      ['table/value-invalid'],
    )
  } finally {
    JSON.parse = parse
  }
  assert.ok(longest < 100_000, `a text of ${longest} characters was parsed`)
})

test('honest counts: a manifest that counts other rows is refused by validator and importer', async () => {
  const files = { ...noValues, 'units.csv': { csv: `id,puid\n${a},1\n`, rows: 2 } }
  assert.deepEqual(
    (await validated(here.db, units, files)).map(({ code }) => code),
    ['table/counts-differ'],
  )
  const error = await refused(files, /has 1 rows; its manifest says 2/)
  assert.equal(error.code, 'counts-differ')
})

test('honest counts: a row that the database swallows is noticed', async () => {
  await here.db.query(
    `CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
  )
  await here.db.query(
    'CREATE TRIGGER swallow BEFORE INSERT ON units FOR EACH ROW WHEN (NEW.puid = 13) EXECUTE FUNCTION swallow()',
  )
  const error = await refused({ ...noValues, 'units.csv': `id,puid\n${a},1\n${b},13\n` }, /took 1 rows of 2/)
  assert.equal(error.code, 'counts-differ')
  await here.db.query('DROP TRIGGER swallow ON units')
})

test('a checksum that is wrong at the end is told and nothing stays', async () => {
  const csv = Buffer.from(`id,puid\n${a},1\n`)
  const entries = entriesOf(
    ['units.csv', 'values.csv'].map((path) => ({
      path,
      facts: { size: csv.length },
      open: async function* () {
        yield path === 'units.csv' ? csv : Buffer.from('unit_id,value\n')
        if (path === 'units.csv')
          throw new PieceworkError('archive-checksum', 'Entry "units.csv" was changed.')
      },
    })),
  )
  const found = await validated(here.db, units, entries)
  assert.deepEqual(
    found.map(({ code }) => code),
    ['table/archive-checksum'],
  )
})

test('a clone of what is not there, and an id that is none, are refused', async () => {
  const own = tablePiece({
    name: 'project/own',
    of: 'project',
    version: 1,
    tables: [{ table: 'roots', owner: 'id', order: [] }],
  })
  await here.db.query('CREATE TABLE roots (id uuid PRIMARY KEY, name text)')
  const into = await newProject(here.db, source.id)
  await assert.rejects(cloned(here.db, own, into), (error) => isPieceworkError(error, 'resource-not-found'))
  await assert.rejects(
    cloned(here.db, own, { ...into, source: { kind: 'project', id: `' OR true --` } }),
    /is no id in a column of type uuid/,
  )
  for (const csv of ['name\n', 'name\na\nb\n']) {
    await assert.rejects(imported(here.db, own, { 'roots.csv': csv }, into), /must have one/)
    assert.deepEqual(
      (await validated(here.db, own, { 'roots.csv': csv })).map(({ code }) => code),
      ['table/not-one-row'],
    )
  }
  await assert.rejects(imported(here.db, own, { 'roots.csv': 'name\na\n' }, into), /took 0 rows of 1/)
})

test.run()
