import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import fc from 'fast-check'
import { suite } from 'uvu'
import { exportedFiles } from '../support/exported-files.js'
import { imported } from '../support/imported-files.js'
import { projectContent } from '../support/project-content.js'
import { addProject, type ProjectRows } from '../support/project-rows.js'
import { type TenureHost, tenureHost } from '../support/tenure-host.js'

const test = needsServer(suite('any project, exported and imported'))
let host: TenureHost
test.before(async () => {
  host = await tenureHost()
})
test.after(() => host.close())

async function assertPutBack(rows: ProjectRows): Promise<void> {
  const id = await addProject(host.db, rows)
  const wanted = await projectContent(host.db, id)
  for (const kind of ['shp', 'xlsx']) {
    const { zip } = await exportedFiles(host, { kind: 'tenure-project', id }, `tenure/${kind}`)
    const copy = await imported(host, `tenure-${kind}`, zip)
    const said = `${kind}: ${JSON.stringify([copy.job.error, copy.findings])}`
    assert.equal(copy.job.outcome, 'succeeded', said)
    assert.deepEqual(await projectContent(host.db, copy.id), wanted, kind)
  }
}

/** PostgreSQL has no NUL, and XML no halves of characters. */
const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      '',
      ' ',
      '=1+1',
      "'",
      "'=",
      '-5',
      '+',
      '@x',
      '\t',
      '\r\n',
      '"',
      '""',
      ',',
      ';',
      '\\',
      '\\.',
      'null',
      'NaN',
      '_x0041_',
      '1e5',
      'TRUE',
      'see geometry',
    ),
  )
  .map((one) => one.replaceAll('\0', ''))
const number: fc.Arbitrary<number> = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0),
  fc.integer(),
)
const json = fc
  .jsonValue({ maxDepth: 2 })
  .map((one) => JSON.parse(JSON.stringify(one).replaceAll('\\u0000', '').replaceAll('-0,', '0,')))
const value = fc.oneof(text, number, fc.boolean(), fc.array(text, { maxLength: 3 }), json, fc.constant(null))
const name = fc.oneof(
  text,
  fc.constantFrom(
    'id',
    'type',
    'geometry',
    'area',
    'name',
    'attribute_id',
    'party_id',
    '=x',
    '__proto__',
    'constructor',
    'a',
  ),
)
const attributes = fc
  .array(fc.tuple(name, value), { maxLength: 4 })
  .map((all) => JSON.stringify(Object.fromEntries(all)))
const degree = fc.double({ noNaN: true, min: -180, max: 180 }).map((one) => one + 0)
const position = fc.tuple(degree, degree).map((one) => one.join(' '))
const line = fc.array(position, { minLength: 2, maxLength: 4 }).map((all) => `(${all.join(',')})`)
const ring = fc
  .array(position, { minLength: 3, maxLength: 4 })
  .map((all) => `(${[...all, all[0]].join(',')})`)
const many = (one: fc.Arbitrary<string>) =>
  fc.array(one, { minLength: 1, maxLength: 3 }).map((all) => `(${all.join(',')})`)
const simple = fc.oneof(
  position.map((one) => `POINT(${one})`),
  line.map((one) => `LINESTRING${one}`),
  many(ring).map((one) => `POLYGON${one}`),
  many(position).map((one) => `MULTIPOINT${one}`),
  many(line).map((one) => `MULTILINESTRING${one}`),
  many(many(ring)).map((one) => `MULTIPOLYGON${one}`),
  fc.constantFrom('POINT EMPTY', 'POLYGON EMPTY', 'MULTIPOINT EMPTY'),
)
const geometry = fc.oneof(
  simple,
  many(simple).map((one) => `GEOMETRYCOLLECTION${one}`),
  fc.constantFrom(null, 'CIRCULARSTRING(0 0, 1 1, 2 0)', 'TIN(((0 0, 0 1, 1 1, 0 0)))'),
)
const rows: fc.Arbitrary<ProjectRows> = fc.record({
  schemas: fc.uniqueArray(
    fc.tuple(
      fc.constantFrom<readonly [string, string | null]>(
        ['party', null],
        ['party', 'IN'],
        ['party', 'GR'],
        ['location', null],
        ['relationship', null],
      ),
      fc
        .array(fc.record({ name, type: fc.constantFrom('text', 'integer', 'select_multiple') }), {
          maxLength: 3,
        })
        .map((all) => JSON.stringify(all)),
    ),
    { maxLength: 4, selector: ([[type, selector]]) => `${type} ${selector}` },
  ),
  parties: fc.array(fc.tuple(text, fc.constantFrom('IN', 'CO', 'GR'), attributes), { maxLength: 5 }),
  locations: fc.array(fc.tuple(text, fc.option(number, { nil: null }), geometry, attributes), {
    maxLength: 6,
  }),
  relationships: fc.array(fc.tuple(fc.nat(), fc.nat(), text, attributes), { maxLength: 5 }),
})

test('each row comes back as it was', async () => {
  await fc.assert(fc.asyncProperty(rows, assertPutBack), { numRuns: 4 })
})

test('what no cell holds comes back, too', async () => {
  const long = `LINESTRING(${Array.from({ length: 4000 }, (_, at) => `${at / 1000} ${(at % 7) / 3}`).join(', ')})`
  await assertPutBack({
    schemas: [[['location', null], JSON.stringify([{ name: 'note', choices: 'y'.repeat(40_000) }])]],
    parties: [['x'.repeat(40_000), 'IN', '{}']],
    locations: [
      ['PA', 1, long, JSON.stringify({ note: '=z'.repeat(30_000), other: 'see locations-long.csv' })],
      ['PA', null, null, JSON.stringify({ geometry: 'see sheet geometry', note: null })],
    ],
    relationships: [[0, 0, 'FH', '{}']],
  })
})

test.run()
