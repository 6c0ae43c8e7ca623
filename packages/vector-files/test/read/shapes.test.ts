import assert from 'node:assert/strict'
import {
  type Ring,
  shapefileParts,
  square,
  zippedGrid,
  zippedParts,
} from '@piecework/test-support/fixtures/shapefile-of.js'
import { uploadOf } from '@piecework/test-support/fixtures/upload-of.js'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { openLayer, refusal } from '../support/open-layer.js'

const test = suite('shapefile: shapes')

/** Offset of the first record's content in a .shp. */
const content = 108

const parts = () =>
  shapefileParts([
    { rings: [square(0, 0, 3), [...square(1, 1)].reverse()], values: ['1'] },
    { rings: [square(5, 5)], values: ['2'] },
  ])

test('hostile archives: what a .shp says of itself must fit', async () => {
  const lies: Readonly<Record<string, (shp: Buffer) => void>> = {
    'no header': (shp) => shp.writeInt32BE(1234, 0),
    'longer than it is': (shp) => shp.writeInt32BE(shp.length / 2 + 1, 24),
    'a record of no length': (shp) => shp.writeInt32BE(0, 104),
    'a record of negative length': (shp) => shp.writeInt32BE(-5, 104),
    'a record that is longer than the file': (shp) => shp.writeInt32BE(1_000_000, 104),
    'a record of two gigabytes': (shp) => shp.writeInt32BE(2 ** 30, 104),
    'a record of another type': (shp) => shp.writeInt32LE(15, content),
    'more rings than fit': (shp) => shp.writeInt32LE(2 ** 31 - 1, content + 36),
    'negative rings': (shp) => shp.writeInt32LE(-1, content + 36),
    'more points than fit': (shp) => shp.writeInt32LE(11, content + 40),
    'a first ring that begins late': (shp) => shp.writeInt32LE(1, content + 44),
    'a ring that begins before the last one': (shp) => shp.writeInt32LE(0, content + 48),
    'a ring that begins behind the points': (shp) => shp.writeInt32LE(10, content + 48),
  }
  for (const [lie, spoil] of Object.entries(lies)) {
    const { shp, ...others } = parts()
    spoil(shp)
    const error = await refusal(uploadOf(zipOf(zippedParts({ shp, ...others }))), 'test/grid-shp')
    assert.match(error.message, /grid\.shp/, lie)
  }
})

test('heights and measures are left out', async () => {
  for (const type of [15, 25]) {
    const features = [{ rings: [square(0, 0)], values: ['1'] }]
    const read = async (given: number) => {
      const layer = await openLayer(uploadOf(zippedGrid(features, { type: given })))
      for await (const batch of layer.features()) return batch[0]?.geometry
      return undefined
    }
    assert.deepEqual(await read(type), await read(5))
  }
})

/** None, the first, the last, all but one, whole batches and every other one. */
const deletions = [
  [false],
  [true, false],
  [false, true],
  [true, true, false, true],
  Array.from({ length: 2500 }, (_, at) => at > 100 && at < 2400),
  Array.from({ length: 2500 }, (_, at) => at % 2 === 0),
]

test('each id keeps its own shape, wherever records are deleted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 2500 }), async (deleted) => {
      const features = deleted.map((gone, id) => ({
        rings: [square(id % 100, Math.floor(id / 100))],
        values: [String(id)],
        ...(gone && { deleted: true as const }),
      }))
      const layer = await openLayer(uploadOf(zippedGrid(features)))
      const found: number[] = []
      for await (const batch of layer.features())
        for (const { row: id, geometry } of batch) {
          assert.ok(id !== undefined && 'ewkb' in geometry)
          // Byte order, type, SRID, rings, points: 17 bytes before the first point.
          const point = Buffer.from(geometry.ewkb, 'hex').subarray(17)
          assert.equal(point.readDoubleLE(8) * 100 + point.readDoubleLE(0), id)
          found.push(id)
        }
      assert.deepEqual(
        found,
        deleted.flatMap((gone, id) => (gone ? [] : [id])),
      )
    }),
    { numRuns: 25, examples: deletions.map((deleted) => [deleted]) },
  )
})

/** A regular polygon, clockwise as outer rings are. */
const regular = (corners: number, radius: number): Ring => {
  const points = Array.from({ length: corners }, (_, at): Ring[number] => {
    const angle = (-2 * Math.PI * at) / corners
    return [10 + radius * Math.cos(angle), radius * Math.sin(angle)]
  })
  return [...points, ...points.slice(0, 1)]
}

/** A polygon in EPSG:4326, as PostGIS writes it. */
function ewkbOf(rings: readonly Ring[]): string {
  const count = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    return bytes
  }
  const ringBytes = (ring: Ring) => [count(ring.length), Buffer.from(Float64Array.from(ring.flat()).buffer)]
  const head = Buffer.from('0103000020e6100000', 'hex')
  return Buffer.concat([head, count(rings.length), ...rings.flatMap(ringBytes)]).toString('hex')
}

test('every position of every ring comes out as it went in, wherever the file is cut into chunks', async () => {
  const corners = fc.integer({ min: 3, max: 400 })
  const anyShape = fc
    .tuple(corners, fc.option(corners, { nil: undefined, freq: 3 }))
    .map(([outer, hole]) => [regular(outer, 3), ...(hole ? [[...regular(hole, 1)].reverse()] : [])])
  // A shape that fills several chunks of 64 KiB, and small ones before and behind it.
  const shapeCases = [3, 400, 10_000, 3, 5, 4095, 4096, 4097].flatMap((outer) => [
    [regular(outer, 3)],
    [regular(outer, 3), [...regular(outer, 1)].reverse()],
  ])
  await fc.assert(
    fc.asyncProperty(fc.array(anyShape, { minLength: 1, maxLength: 150, size: 'max' }), async (shapes) => {
      const features = shapes.map((shape, id) => ({ rings: shape, values: [String(id)] }))
      const layer = await openLayer(uploadOf(zippedGrid(features)))
      let read = 0
      for await (const batch of layer.features())
        for (const { geometry } of batch) {
          assert.equal('ewkb' in geometry && geometry.ewkb, ewkbOf(shapes[read] ?? []))
          read += 1
        }
      assert.equal(read, shapes.length)
    }),
    { numRuns: 25, examples: [shapeCases, [...shapeCases].reverse()].map((shapes) => [shapes]) },
  )
})

test('reading stops when it is aborted', async () => {
  const controller = new AbortController()
  const features = Array.from({ length: 3000 }, (_, id) => ({
    rings: [square(id % 100, 0)],
    values: [String(id)],
  }))
  const layer = await openLayer(uploadOf(zippedGrid(features)), { signal: controller.signal })
  await assert.rejects(async () => {
    for await (const _ of layer.features()) controller.abort(new Error('enough'))
  }, /enough/)
})

test.run()
