import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { isPieceworkError } from '@piecework/core/piece'
import { readLayer } from '@piecework/test-support/fixtures/read-layer.js'
import { readZip } from '@piecework/test-support/fixtures/read-zip.js'
import { type Geometry, type OutputLayer, type Position, shapefileZip } from '@piecework/vector-files'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { outputLayer } from '../support/output-layer.js'

const test = suite('shapefile')

// Other tests spool at the same time.
const temporary = process.env.TMPDIR
const folder = mkdtempSync(join(tmpdir(), 'piecework-test-'))
process.env.TMPDIR = folder
test.after(() => {
  if (temporary === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = temporary
  rmSync(folder, { recursive: true })
})

const files = async (made: OutputLayer) => readZip(await buffer(shapefileZip(made)))
const spools = () => readdirSync(tmpdir())
const point: Geometry = { type: 'Point', coordinates: [1, 2] }

const text = fc
  .string({ unit: 'binary', maxLength: 60 })
  .filter((value) => !value.includes('\0') && Buffer.byteLength(value) <= 254)
const values = {
  text,
  integer: fc.integer({ min: -1e15 + 1, max: 1e15 - 1 }).map(String),
  double: fc
    .oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      // Where the plain form of a number is the longest.
      fc.double({ noNaN: true, min: -1e-5, max: 1e-7 }),
    )
    .map(String),
  boolean: fc.constantFrom('t', 'f'),
  date: fc
    .date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
}
const fields = (['text', 'integer', 'double', 'boolean', 'date'] as const).map((type) => ({
  name: type,
  type,
}))
const rowValues = fc.tuple(
  ...fields.map(({ type }) => fc.option(values[type] as fc.Arbitrary<string>, { nil: null })),
)

type Values = [string | null, string | null, string | null, string | null, string | null]

/** NULL, the longest and the shortest of each type. */
const edgeRows: Values[] = [
  [null, null, null, null, null],
  ['', '0', '0', 'f', '1000-01-01'],
  ['x'.repeat(254), String(1e15 - 1), String(Number.MAX_VALUE), 't', '9999-12-31'],
  ['é'.repeat(127), String(-1e15 + 1), String(-Number.MAX_VALUE), 't', '1970-01-01'],
  ['"\r\n', '-1', String(-5e-324), 'f', '1999-12-31'],
  ['\u001a', '1', String(-1.234567890123456e-7), 'f', '2000-02-29'],
  [' both ', '42', '0.1', 't', null],
]

test('any attribute values read back the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(rowValues, { maxLength: 8 }), async (rows) => {
      const made = outputLayer(
        fields,
        rows.map((row) => ({ values: row, geometry: null })),
      )
      const records = await readLayer(await files(made), 'made')
      const read = records.map(({ properties: { date, ...rest } }, at) => {
        // The reader takes no date for the last day of 1899.
        const day = date instanceof Date && rows[at]?.[4] !== null ? dayOf(date) : null
        return { ...rest, date: day }
      })
      assert.equal(
        read,
        rows.map(([text, integer, double, boolean, date]) => ({
          // The reader trims, and blanks are null.
          text: text?.trim() || null,
          integer: integer && Number(integer),
          double: double && Number(double),
          boolean: boolean && boolean === 't',
          date,
        })),
      )
    }),
    { numRuns: 200, examples: [[edgeRows], [[...edgeRows].reverse()]] },
  )
})

const dayOf = (date: Date): string =>
  [
    String(date.getFullYear()).padStart(4, '0'),
    String(date.getMonth() + 1).padStart(2, '0'),
    String(date.getDate()).padStart(2, '0'),
  ].join('-')

/** Clockwise, from the corner in the south-west. */
const square = (x: number, y: number, size: number): Position[] => [
  [x, y],
  [x, y + size],
  [x + size, y + size],
  [x + size, y],
  [x, y],
]

/** One to three polygons apart from each other with up to two holes, as shapefiles turn them. */
const polygons = fc
  .array(
    fc.record({
      size: fc.double({ min: 1, max: 9, noNaN: true }),
      holes: fc.array(fc.double({ min: 0.01, max: 0.3, noNaN: true }), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) =>
    parts.map(({ size, holes }, at) => [
      square(at * 10, 0, size),
      ...holes.map((hole, index) =>
        square(at * 10 + size * (0.1 + index / 2), size / 10, size * hole).reverse(),
      ),
    ]),
  )

test('polygons with holes read back the same, however their rings turned', async () => {
  await fc.assert(
    fc.asyncProperty(polygons, fc.infiniteStream(fc.boolean()), async (parts, turns) => {
      const given = parts.map((rings) => rings.map((ring) => (turns.next().value ? ring.toReversed() : ring)))
      const geometry: Geometry = { type: 'MultiPolygon', coordinates: given }
      const records = await readLayer(await files(outputLayer([], [{ values: [], geometry }])), 'made')
      const [only] = parts
      assert.equal(
        records[0]?.geometry,
        parts.length === 1
          ? { type: 'Polygon', coordinates: only }
          : { type: 'MultiPolygon', coordinates: parts },
      )
    }),
    { numRuns: 200 },
  )
})

test('each kind of geometry has a shapefile of its own; parts of a collection go to theirs', async () => {
  const line = [
    [0, 0],
    [1, 1.5],
  ] as const
  const polygon = [square(0, 0, 1)]
  const geometries: readonly (Geometry | null)[] = [
    point,
    { type: 'MultiPoint', coordinates: line },
    { type: 'LineString', coordinates: line },
    { type: 'MultiLineString', coordinates: [line, line] },
    { type: 'Polygon', coordinates: polygon },
    null,
    {
      type: 'GeometryCollection',
      geometries: [
        point,
        { type: 'GeometryCollection', geometries: [{ type: 'LineString', coordinates: line }] },
      ],
    },
  ]
  const made = outputLayer(
    [{ name: 'row', type: 'integer' }],
    geometries.map((geometry, at) => ({ values: [String(at)], geometry })),
    false,
  )
  const zip = await files(made)
  const layer = async (kind: string) =>
    (await readLayer(zip, `made_${kind}`)).map(({ properties, geometry }) => [properties.row, geometry])
  assert.equal(await layer('points'), [[0, point]])
  assert.equal(await layer('multipoints'), [
    [1, geometries[1]],
    [6, { type: 'MultiPoint', coordinates: [[1, 2]] }],
  ])
  assert.equal(await layer('lines'), [
    [2, geometries[2]],
    [3, geometries[3]],
    [6, geometries[2]],
  ])
  assert.equal(await layer('polygons'), [
    [4, geometries[4]],
    [5, null],
  ])
})

test('without rows there is an empty shapefile of polygons', async () => {
  const zip = await files(outputLayer([{ name: 'name', type: 'text' }], [], false))
  assert.equal(
    [...zip.keys()],
    [...['shp', 'shx', 'dbf', 'prj', 'cpg'].map((extension) => `made_polygons.${extension}`), 'README.txt'],
  )
  assert.equal(await readLayer(zip, 'made_polygons'), [])
  assert.is(String(zip.get('made_polygons.cpg')), 'UTF-8')
})

test('any names become ones of ten bytes that differ in every case, and those that fit stay', async () => {
  const odd = [
    ...[
      'description',
      'Description_1',
      'DESCRIPTION',
      'straße',
      'STRASSE',
      '',
      '\u0000',
      '海海海海',
      '☃',
      '__proto__',
    ],
    ...[
      'descriptio',
      'descriptio_1',
      'descripti1',
      'descripti2',
      'a',
      'A',
      'É',
      'é',
      'aaaaaaaaaaa',
      'aaaaaaaaaab',
    ],
  ]
  const anyName = fc.oneof(
    fc.constantFrom(...odd),
    fc.string({ unit: 'binary', maxLength: 14 }),
    fc.stringMatching(/^[a-b_1]{8,12}$/),
  )
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(anyName, { minLength: 1, maxLength: 40 }), async (names) => {
      const made = outputLayer(
        names.map((name) => ({ name, type: 'integer' })),
        [{ values: names.map((_, at) => String(at)), geometry: null }],
      )
      const zip = await files(made)
      const [record] = await readLayer(zip, 'made')
      const short = Object.entries(record?.properties ?? {})
      assert.is(short.length, names.length)
      assert.is(new Set(short.map(([name]) => name.toUpperCase().toLowerCase())).size, names.length)
      const readme = String(zip.get('README.txt')).split('\r\n')
      for (const [name, at] of short) {
        assert.ok(Buffer.byteLength(name) <= 10)
        const full = names[at as number] ?? ''
        const line = readme.find((one) => one.startsWith(`  ${name} = `))
        const named = line?.slice(name.length + 5, -', integer'.length) ?? ''
        assert.ok(named === full || JSON.parse(named) === full, `${name} stands for ${full}`)
      }
    }),
    { numRuns: 200, examples: [[odd], [odd.toReversed()]] },
  )
  const kept = ['name', 'puid', 'ten_bytes_', 'Área']
  const made = outputLayer(
    kept.map((name) => ({ name, type: 'integer' })),
    [{ values: kept.map(() => '1'), geometry: null }],
  )
  const [record] = await readLayer(await files(made), 'made')
  assert.equal(Object.keys(record?.properties ?? {}), kept)
})

test('a text of more than 254 bytes is cut between characters', async () => {
  const long = `${'x'.repeat(253)}é`
  const made = outputLayer([{ name: 't', type: 'text' }], [{ values: [long], geometry: null }])
  const [record] = await readLayer(await files(made), 'made')
  assert.is(record?.properties.t, 'x'.repeat(253))
})

test('reproducible: equal tables have equal bytes', async () => {
  const made = outputLayer([{ name: 'n', type: 'double' }], [{ values: ['0.1'], geometry: point }], false)
  const first = await buffer(shapefileZip(made))
  assert.ok(first.equals(await buffer(shapefileZip(made))))
  // Both were written in the same two seconds, so look at the time of the first file: the first day that zips
  // know.
  assert.is(first.readUInt32LE(10), 0x00210000)
  const dbf = (await readZip(first)).get('made_points.dbf')
  assert.equal([...(dbf?.subarray(1, 4) ?? [])], [80, 1, 1])
})

test('a file that would be too large is refused by name; nothing stays behind', async () => {
  const before = spools()
  const rows = Array.from({ length: 100 }, () => ({ values: [], geometry: point }))
  const made = outputLayer([], rows, false)
  for (const [maxFileBytes, refused] of [
    [100 + 100 * 28, undefined],
    [100 + 100 * 28 - 1, 'made_points.shp'],
  ] as const) {
    try {
      await buffer(shapefileZip(made, { maxFileBytes }))
      assert.is(refused, undefined)
    } catch (error) {
      assert.ok(isPieceworkError(error, 'vector/file-too-large'), String(error))
      assert.is(error.facts.file, refused)
    }
  }
  assert.equal(spools(), before)
})

test('an error of the rows, an abort and a reader that stops leave nothing behind', async () => {
  const before = spools()
  const rows = Array.from({ length: 20000 }, (_, at) => ({ values: [String(at)], geometry: point }))
  const made = outputLayer([{ name: 'n', type: 'integer' }], rows, false)
  const broken: OutputLayer = {
    ...made,
    features: async function* () {
      yield rows
      throw new Error('connection lost')
    },
  }
  const failure = await buffer(shapefileZip(broken)).catch((error: Error) => error)
  assert.match(String(failure), 'connection lost')
  const aborted = await buffer(shapefileZip(made, { signal: AbortSignal.abort(new Error('enough')) })).catch(
    (error: Error) => error,
  )
  assert.match(String(aborted), 'enough')
  for await (const chunk of shapefileZip(made)) {
    assert.ok(chunk.length > 0)
    // What is spooled has no name: it would end with the process.
    assert.equal(spools(), before)
    break
  }
  assert.equal(spools(), before)
})

test.run()
