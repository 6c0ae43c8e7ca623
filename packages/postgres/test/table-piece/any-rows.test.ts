import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { jobIds } from '@piecework/core/piece'
import { quoteIdent, tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import fc from 'fast-check'
import { suite } from 'uvu'
import { cloned, exported, imported, newProject, rowsOf, validated, type World, world } from './support.js'

const test = needsServer(suite('table pieces: any rows of any table'))
let here: World
test.before(async () => {
  here = await world('CREATE TABLE projects (id uuid PRIMARY KEY)')
})
test.after(() => here.close())

const text = fc.string({ unit: 'binary', maxLength: 30 }).map((value) => value.replaceAll('\0', ''))
const tricky = ['a', '\\.', '\\N', '""', '"', ',', '\n', '\r\n', '', ' ', 'NULL', '\t', 'é☃', '\\']
const plain = fc.constantFrom(...tricky)
const float = fc.double().map((value) => (Object.is(value, -0) ? '-0' : String(value)))

/** Values as PostgreSQL reads them. */
const types: Readonly<Record<string, fc.Arbitrary<string>>> = {
  text: fc.oneof(
    text,
    plain,
    fc.array(plain).map((parts) => parts.join('')),
  ),
  float8: float,
  numeric: fc.oneof(
    float.filter((value) => !/inf/i.test(value)),
    fc.bigInt().map(String),
  ),
  int8: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  boolean: fc.boolean().map(String),
  bytea: fc.uint8Array({ maxLength: 20 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`),
  timestamptz: fc
    .date({ min: new Date(0), noInvalidDate: true, max: new Date('9999-01-01') })
    .map((date) => date.toISOString()),
  jsonb: fc.json().filter((json) => !json.includes('\\u') && !json.includes('\0')),
  'text[]': fc.array(plain).map((parts) => `{${parts.map((part) => JSON.stringify(part)).join(',')}}`),
  'geometry(PointZ, 4326)': fc
    .tuple(fc.integer(), fc.integer())
    .map(([x, y]) => `SRID=4326;POINT Z (${x / 7} ${y / 3} 1e300)`),
}

const columnName = fc
  .oneof(text, plain)
  .filter((name) => name !== '' && name !== '__proto__' && Buffer.byteLength(name) <= 63)

interface Table {
  readonly name: string
  readonly columns: { name: string; type: string }[]
  readonly key: string
}

const tables: fc.Arbitrary<{ table: Table; rows: { up: number; values: (string | null)[] }[] }> = fc
  .record({
    name: columnName.filter(
      (name) => name !== 'projects' && name !== 'spatial_ref_sys' && !/^(geo|raster)/.test(name),
    ),
    columns: fc.uniqueArray(fc.record({ name: columnName, type: fc.constantFrom(...Object.keys(types)) }), {
      selector: ({ name }) => name,
      minLength: 1,
      maxLength: 5,
    }),
    key: fc.constantFrom('id', 'the "key"', 'ключ'),
  })
  .filter(({ columns, key }) => columns.every(({ name }) => ![key, 'owner', 'up', 'n'].includes(name)))
  .chain((table) =>
    fc.record({
      table: fc.constant(table),
      rows: fc.array(
        fc.record({
          up: fc.nat(20),
          values: fc.tuple(
            ...table.columns.map(({ type }) => fc.option(types[type] as fc.Arbitrary<string>)),
          ),
        }),
        { maxLength: 12 },
      ),
    }),
  )

/**
 * Each type with NULL and its edges, under names that need quotes, with and without a second pass for
 * references.
 */
const edges: Readonly<Record<string, readonly (string | null)[]>> = {
  text: [null, ...tricky],
  float8: ['0', '-0', 'NaN', 'Infinity', '-Infinity', '5e-324', '0.1', null],
  numeric: ['0', 'NaN', '-0.000', '1e300', '123456789012345678901234567890.123456789', null],
  int8: [String(-(2n ** 63n)), String(2n ** 63n - 1n), null],
  boolean: ['true', 'false', null],
  bytea: ['\\x', '\\x005c2722ff', null],
  timestamptz: [
    'infinity',
    '-infinity',
    '0001-01-01 00:00:00+00 BC',
    '2020-02-29 12:34:56.789012+05:30',
    null,
  ],
  jsonb: ['null', '""', '{}', '1e400', '1.10', '{"": [null, "\\\\"]}', null],
  'text[]': ['{}', '{""}', '{NULL,"NULL","\\"","\\\\",","}', null],
  'geometry(PointZ, 4326)': ['SRID=4326;POINT Z EMPTY', 'SRID=4326;POINT Z (0.1 -0 1e300)', null],
}
const tableCases = [
  ['a "b", c', 'the "key"'],
  ['\\.', 'id'],
].map(([name, key]) => {
  const columns = Object.keys(edges).map((type, at) => ({ name: tricky[at] || `"${at}`, type }))
  const rows = Array.from({ length: tricky.length + 1 }, (_, n) => ({
    up: Math.max(0, n - 2),
    values: Object.values(edges).map((values) => values[n % values.length] ?? null),
  }))
  return { table: { name, columns, key } as Table, rows }
})

test('new ids: rows survive export and import, and a clone, with nothing changed but ids', async () => {
  await fc.assert(
    fc.asyncProperty(tables, async ({ table: { name, columns, key }, rows }) => {
      const table = quoteIdent(name)
      const id = quoteIdent(key)
      await here.db.query(`DROP TABLE IF EXISTS ${table}`)
      const definitions = columns.map((column) => `, ${quoteIdent(column.name)} ${column.type}`)
      await here.db.query(
        `CREATE TABLE ${table} (${id} uuid PRIMARY KEY, owner uuid REFERENCES projects, up uuid REFERENCES ${table}, n int${definitions.join('')})`,
      )
      const piece = tablePiece({
        name: 'project/any',
        of: 'project',
        version: 1,
        tables: [
          {
            table: name,
            owner: 'owner',
            order: ['n'],
            references: { up: { table: name, key } },
          },
        ],
      })
      const source = randomUUID()
      const keys = rows.map(() => randomUUID())
      await here.db.query('INSERT INTO projects VALUES ($1)', [source])
      await here.db.transaction(async (tx) => {
        for (const [n, { up, values }] of rows.entries()) {
          const places = values.map((_, index) => `, $${index + 5}::${columns[index]?.type}`)
          const parent = up < n ? keys[up] : null
          await tx.query(`INSERT INTO ${table} VALUES ($1, $2, $3, $4${places.join('')})`, [
            keys[n],
            source,
            parent,
            n,
            ...values,
          ])
        }
      })
      const { files, counts } = await exported(here.db, piece, { kind: 'project', id: source })
      assert.equal(counts.rows, rows.length)
      assert.deepEqual(await validated(here.db, piece, files), [])
      for (const make of [imported, null]) {
        const into = await newProject(here.db, source)
        const outcome = make ? await make(here.db, piece, files, into) : await cloned(here.db, piece, into)
        assert.deepEqual(outcome, { counts: { rows: rows.length, skipped: 0 }, findings: [] })
        const ids = jobIds(into.jobId)
        const content = (project: string) =>
          rowsOf<{ id: string; up: string | null; row: string }>(
            here.db,
            `SELECT ${id} AS id, up, ROW(${['n', ...columns.map((column) => quoteIdent(column.name))].join(', ')})::text AS row FROM ${table} WHERE owner = $1 ORDER BY n`,
            [project],
          )
        const renewed = (old: string) => ids.idOf(name, old)
        const before = await content(source)
        assert.deepEqual(
          await content(into.resource.id),
          before.map((row) => ({ ...row, id: renewed(row.id), up: row.up && renewed(row.up) })),
        )
      }
      await here.db.query(`DROP TABLE ${table}`)
    }),
    { numRuns: 20 + tableCases.length, examples: tableCases.map((one) => [one]) },
  )
})

test.run()
