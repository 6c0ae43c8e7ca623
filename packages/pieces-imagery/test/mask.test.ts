import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isPieceworkError } from '@piecework/core/piece'
import { needsGdal } from '@piecework/test-support'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readAoi } from '#internal/mask/aoi.js'
import { maskWindow } from '#internal/mask/mask.js'
import { withFolder } from './support/rendered.js'

const test = suite('imagery: areas of interest')

const polygon = (...rings: number[][][]) => ({ type: 'Polygon', coordinates: rings })
const square = [
  [0, 0],
  [4, 0],
  [4, 4],
  [0, 4],
  [0, 0],
]

function refusal(json: unknown): string {
  try {
    readAoi(json)
  } catch (error) {
    if (isPieceworkError(error, 'imagery/aoi-invalid')) return error.message
    throw error
  }
  throw new Error('It was not refused')
}

for (const [name, json, said] of [
  ['no geometry', { type: 'Point', coordinates: [0, 0] }, 'no polygon or multipolygon'],
  ['nothing', undefined, 'no polygon or multipolygon'],
  ['empty', { type: 'MultiPolygon', coordinates: [] }, 'it is empty'],
  ['an empty ring', polygon([]), 'a ring without positions'],
  [
    'a line',
    polygon([
      [0, 0],
      [4, 4],
      [0, 0],
    ]),
    'the ring at (0, 0) has no area',
  ],
  [
    'a bow-tie',
    polygon([
      [0, 0],
      [4, 4],
      [4, 0],
      [0, 4],
      [0, 0],
    ]),
    'its edges cross each other near',
  ],
  [
    'a hole that leaves its ring',
    polygon(square, [
      [1, 1],
      [9, 1],
      [1, 3],
      [1, 1],
    ]),
    'its edges cross each other near',
  ],
  [
    'an edge there and back',
    polygon([
      [0, 0],
      [4, 0],
      [8, 0],
      [4, 0],
      [2, 3],
      [0, 0],
    ]),
    'its edges cross',
  ],
  [
    'the antimeridian',
    polygon([
      [179, 0],
      [-179, 0],
      [-179, 4],
      [179, 4],
      [179, 0],
    ]),
    'crosses the antimeridian near (-179, 0)',
  ],
  [
    'metres',
    polygon([
      [500000, 0],
      [500004, 0],
      [500004, 4],
      [500000, 0],
    ]),
    'is no longitude and latitude',
  ],
  [
    'not a number',
    polygon([
      [Number.NaN, 0],
      [4, 0],
      [4, 4],
      [0, 0],
    ]),
    'no polygon or multipolygon',
  ],
] as const)
  test(`refused: ${name}`, () => {
    const message = refusal(json)
    assert.ok(message.includes(said), message)
  })

test('a ring that is not closed is closed, and repeated positions go', () => {
  const open = polygon([
    [0, 0],
    [4, 0],
    [4, 0],
    [4, 4],
    [0, 4],
  ])
  assert.equal(readAoi(open), [[square]])
  assert.equal(readAoi({ type: 'Feature', properties: { a: 1 }, geometry: polygon(square) }), [[square]])
  const collection = { type: 'FeatureCollection', features: [{ type: 'Feature', geometry: polygon(square) }] }
  assert.equal(readAoi(collection), [[square]])
})

test('thousands of edges beside each other are compared in time, or refused', () => {
  const comb = Array.from({ length: 60_000 }, (_, at) => [at % 2 === 0 ? -80 : 80, (at / 60_000) * 80])
  assert.match(refusal(polygon([...comb, [-85, 80], [-85, 0]])), 'too many')
})

test('the centre of a pixel decides; what a window has does not depend on it', () => {
  const ring = fc.array(fc.tuple(fc.integer({ min: -8, max: 72 }), fc.integer({ min: -8, max: 72 })), {
    minLength: 3,
    maxLength: 9,
  })
  fc.assert(
    fc.property(ring, fc.integer({ min: 1, max: 63 }), (positions, cut) => {
      const flat = [...positions, positions[0] as [number, number]].flatMap(([x, y]) => [x / 2, y / 2])
      const mask = { polygons: [[flat]] }
      const whole = maskWindow(mask, { x: 0, y: 0, width: 32, height: 32 })
      const half = Math.ceil(cut / 2)
      const left = maskWindow(mask, { x: 0, y: 0, width: half, height: 32 })
      const right = maskWindow(mask, { x: half, y: 0, width: 32 - half, height: 32 })
      return whole.every((is, at) => {
        const [x, y] = [at % 32, Math.floor(at / 32)]
        return is === (x < half ? left[y * half + x] : right[y * (32 - half) + x - half])
      })
    }),
    { numRuns: 200 },
  )
})

const withGdal = needsGdal(suite('imagery: areas of interest, compared with gdal_rasterize'))

withGdal('polygons with holes and several parts', () =>
  withFolder(async (folder) => {
    // Between centres of pixels, so that no rule for ties decides.
    const rings = [
      [3.2, 4.1, 60.7, 9.3, 55.1, 50.2, 20.3, 61.9, 3.2, 4.1],
      [20.1, 20.2, 30.3, 20.4, 25.7, 33.3, 20.1, 20.2],
    ]
    const other = [[2.1, 50.3, 12.4, 52.2, 8.8, 62.7, 2.1, 50.3]]
    const found = maskWindow({ polygons: [rings, other] }, { x: 0, y: 0, width: 64, height: 64 })
    const pairs = (flat: readonly number[]) =>
      Array.from({ length: flat.length / 2 }, (_, at) => [flat[at * 2], -(flat[at * 2 + 1] as number)])
    const json = join(folder, 'aoi.geojson')
    const crs = { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::32618' } }
    writeFileSync(
      json,
      JSON.stringify({ type: 'MultiPolygon', crs, coordinates: [rings.map(pairs), other.map(pairs)] }),
    )
    const raw = join(folder, 'mask.raw')
    execFileSync('gdal_rasterize', [
      '-q',
      '-burn',
      '1',
      '-ot',
      'Byte',
      '-of',
      'ENVI',
      '-te',
      '0',
      '-64',
      '64',
      '0',
      '-ts',
      '64',
      '64',
      json,
      raw,
    ])
    assert.equal(Buffer.from(found), readFileSync(raw))
  }),
)

test.run()
withGdal.run()
