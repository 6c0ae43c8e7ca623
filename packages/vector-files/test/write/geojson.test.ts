import { text } from 'node:stream/consumers'
import {
  type Geometry,
  geoJson,
  type OutputFeature,
  type OutputLayer,
  type Position,
} from '@piecework/vector-files'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { outputLayer } from '../support/output-layer.js'

const test = suite('GeoJSON')

const features = async (made: OutputLayer) =>
  (
    JSON.parse(await text(geoJson(made))) as {
      type: string
      features: { type: string; properties: Record<string, unknown>; geometry: Geometry | null }[]
    }
  ).features

const odd = ['', '"', '\\', '\n', '\u0000', '\u2028', '</script>', 'é😀', 'toString', 'null']

test('any names and values read back the same', async () => {
  const wellFormed = fc.string({ unit: 'binary', maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(
        wellFormed.filter((name) => name !== '__proto__'),
        { maxLength: 5 },
      ),
      fc.array(fc.array(fc.option(wellFormed, { nil: null }), { minLength: 5, maxLength: 5 }), {
        maxLength: 5,
      }),
      async (names, rows) => {
        const made = outputLayer(
          names.map((name) => ({ name, type: 'text' })),
          rows.map((values) => ({ values, geometry: null })),
        )
        const read = await features(made)
        assert.equal(
          read.map(({ properties }) => names.map((name) => properties[name])),
          rows.map((values) => names.map((_, at) => values[at])),
        )
      },
    ),
    { numRuns: 200, examples: [[odd, [odd, odd.toReversed(), odd.map(() => null)]]] },
  )
})

test('values have the types of their fields; what is no number is null', async () => {
  const values: readonly (readonly (string | null)[])[] = [
    ['9007199254740991', '1e-07', 't', '2026-01-31'],
    ['-1', '-2.2250738585072014e-308', 'f', null],
    ['0', 'NaN', null, null],
    ['0', '-Infinity', null, null],
  ]
  const made = outputLayer(
    [
      { name: 'integer', type: 'integer' },
      { name: 'double', type: 'double' },
      { name: 'boolean', type: 'boolean' },
      { name: 'date', type: 'date' },
    ],
    values.map((row): OutputFeature => ({ values: row, geometry: null })),
  )
  assert.equal(
    (await features(made)).map(({ properties }) => Object.values(properties)),
    [
      [9007199254740991, 1e-7, true, '2026-01-31'],
      [-1, -2.2250738585072014e-308, false, null],
      [0, null, null, null],
      [0, null, null, null],
    ],
  )
})

test('doubles that no integer of 64 bits holds are not written as integers', async () => {
  const values = [
    '12345678901234567000',
    '1e+22',
    '-9007199254740993',
    '1.7976931348623157e+308',
    '3',
    '-0.5',
  ]
  const made = outputLayer(
    [{ name: 'double', type: 'double' }],
    values.map((value): OutputFeature => ({ values: [value], geometry: null })),
  )
  const written = [...(await text(geoJson(made))).matchAll(/"double":([^}]*)/g)].map(([, number]) => number)
  assert.equal(written.map(Number), values.map(Number))
  for (const number of written.slice(0, 4)) assert.match(number ?? '', /e/)
})

test('outer rings turn counterclockwise and holes clockwise, inside collections too', async () => {
  const outer: Position[] = [
    [0, 0],
    [9, 0],
    [9, 9],
    [0, 0],
  ]
  const hole: Position[] = [
    [4, 1],
    [5, 2],
    [5, 1],
    [4, 1],
  ]
  const right: Geometry = { type: 'Polygon', coordinates: [outer, hole] }
  for (const rings of [
    [outer, hole],
    [outer.toReversed(), hole],
    [outer, hole.toReversed()],
    [outer.toReversed(), hole.toReversed()],
  ]) {
    const polygon: Geometry = { type: 'Polygon', coordinates: rings }
    const multi: Geometry = { type: 'MultiPolygon', coordinates: [rings] }
    const made = outputLayer(
      [],
      [polygon, multi, { type: 'GeometryCollection', geometries: [polygon] } as const].map((geometry) => {
        return { values: [], geometry }
      }),
    )
    assert.equal(
      (await features(made)).map(({ geometry }) => geometry),
      [
        right,
        { type: 'MultiPolygon', coordinates: [[outer, hole]] },
        { type: 'GeometryCollection', geometries: [right] },
      ],
    )
  }
})

test('without rows it is an empty collection', async () => {
  assert.equal(await features(outputLayer([], [])), [])
})

test.run()
