import assert from 'node:assert/strict'
import { needsServer, type ScratchPostgis, scratchPostgis } from '@piecework/test-support'
import { square, zippedGrid } from '@piecework/test-support/fixtures/shapefile-of.js'
import { uploadOf } from '@piecework/test-support/fixtures/upload-of.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { openLayer } from '../support/open-layer.js'

type Point = readonly [number, number]

const test = needsServer(suite('shapefile: convex shapes'))
let postgis: ScratchPostgis

test.before(async () => {
  postgis = await scratchPostgis()
})
test.after(() => postgis.stop())

/** The shape of each ring. */
async function shapesOf(rings: readonly (readonly Point[])[]) {
  const features = rings.map((ring, at) => ({ rings: [[...ring]], values: [String(at)] }))
  const layer = await openLayer(uploadOf(zippedGrid(features)))
  const units: { convex: boolean; ewkb: string }[] = []
  for await (const batch of layer.features())
    for (const { geometry } of batch)
      units.push('ewkb' in geometry ? geometry : assert.fail(geometry.problem))
  return units
}

const closed = (points: readonly Point[]): readonly Point[] => [...points, points[0] as Point]

/** Corners of a regular polygon, taken in steps: two steps of a pentagon make a pentagram. */
const regular = (corners: number, step = 1): readonly Point[] =>
  closed(
    Array.from({ length: corners }, (_, at) => {
      const angle = (2 * Math.PI * at * step) / corners
      return [30 + Math.cos(angle), 10 + Math.sin(angle)] as const
    }),
  )

test('squares and hexagons are convex; what turns twice, back, or not at all is not', async () => {
  const units = await shapesOf([
    regular(4),
    regular(6),
    [...regular(6)].reverse(),
    regular(5, 2),
    regular(7, 3),
    closed([...regular(4), ...regular(4)]),
    closed([
      [0, 0],
      [1, 1],
      [1, 0],
      [0, 1],
    ]),
    closed([
      [0, 0],
      [2, 0],
      [1, 0.5],
      [0, 2],
    ]),
    closed([
      [0, 0],
      [1, 0],
      [2, 0],
      [1, 1],
    ]),
    closed([
      [0, 0],
      [1, 0],
      [2, 0],
    ]),
    closed([
      [170, 0],
      [190, 0],
      [190, 5],
      [170, 5],
    ]),
  ])
  assert.deepEqual(
    units.map(({ convex }) => convex),
    [true, true, true, ...new Array<boolean>(8).fill(false)],
  )
})

test('a hole is looked at by the database', async () => {
  const rings = [square(0, 0, 3), [...square(1, 1)].reverse()]
  const layer = await openLayer(uploadOf(zippedGrid([{ rings, values: ['1'] }])))
  for await (const [unit] of layer.features())
    assert.equal(unit && 'convex' in unit.geometry && unit.geometry.convex, false)
})

test('PostGIS takes every unit that is called convex for a valid one', async () => {
  const lattice = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })), {
    minLength: 3,
    maxLength: 5,
  })
  const moved = fc
    .tuple(
      fc.integer({ min: 3, max: 7 }),
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.double({ min: -0.3, max: 0.3, noNaN: true }), { minLength: 14, maxLength: 14 }),
    )
    .map(([corners, step, by]) =>
      regular(corners, step)
        .slice(0, -1)
        .map(([x, y], at): Point => [x + (by[2 * at] ?? 0), y + (by[2 * at + 1] ?? 0)]),
    )
  const thin = fc
    .tuple(fc.double({ min: 1e-18, max: 1e-6, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([width, at]): Point[] => [
      [10, 10],
      [11, 11],
      [10 + at, 10 + at + width],
    ])
  const rings = fc.sample(fc.oneof(lattice, moved, thin), { numRuns: 600, seed: 7 }).map(closed)
  const convex = (await shapesOf(rings)).filter((unit) => unit.convex).map(({ ewkb }) => ewkb)
  const { rows } = await postgis.database.query<{ geom: string }>(
    `SELECT geom::text AS geom FROM unnest($1::text[]) AS u (geom) WHERE NOT ST_IsValid(geom::geometry)`,
    [convex],
  )
  assert.deepEqual(rows, [])
  assert.ok(convex.length > 100 && convex.length < 600, `${convex.length} of 600 are convex`)
})

test.run()
