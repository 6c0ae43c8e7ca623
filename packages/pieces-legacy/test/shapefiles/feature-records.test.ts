import assert from 'node:assert/strict'
import { entriesOf, PieceworkError } from '@piecework/core/piece'
import { legacyMarxan } from '@piecework/pieces-legacy'
import {
  type Feature,
  shapefileParts,
  squares,
  zippedParts,
} from '@piecework/test-support/fixtures/shapefile-of.js'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import { validate } from '../validators/support.js'
import { box, type LayerOptions, number, text } from './support/uploads.js'

const test = suite('records of a feature shapefile, without a database')

/** What is told of these features beside four units in a row, each a degree wide. */
async function told(
  features: readonly Feature[],
  { metadata, name, ...options }: LayerOptions,
  grid = zipOf(zippedParts(shapefileParts(squares([1, 2, 3, 4])))),
) {
  const files = {
    'planning-grid': grid,
    'spec.dat': Buffer.from('id,prop,name\n1,0.5,Reef\n'),
    features: zipOf(zippedParts(shapefileParts(features, options), name)),
  }
  const entries = entriesOf(
    Object.entries(files).map(([path, bytes]) => ({
      path,
      facts: { size: bytes.length, ...(path === 'features' && metadata && { metadata }) },
      open: async function* ({ start, end } = { start: 0, end: bytes.length }) {
        yield bytes.subarray(start, end)
      },
    })),
  )
  const [validator] =
    legacyMarxan().pieces.find((piece) => piece.name === 'legacy/feature-shapes')?.validators ?? []
  assert.ok(validator)
  try {
    return await validate(validator, entries)
  } catch (error) {
    if (error instanceof PieceworkError) return error.findings
    throw error
  }
}

const four = [0, 1, 2, 3].map((x) => box([x, 0, x + 1, 1], 'kelp', 'x', String(x)))

test('records that become one feature unasked are a warning with the attributes that might name them', async () => {
  const columns = [text('habitat'), text('source'), number('code', 0)]
  const [finding, ...others] = await told(four, { columns, name: 'Sea Grass' })
  assert.equal(finding?.code, 'legacy/feature-shapes-merged')
  assert.equal(
    finding?.message,
    '4 records of the feature shapefile become one feature "Sea Grass"; text attributes: habitat, source',
  )
  assert.match(finding?.hint ?? '', /"nameAttribute": "…"/)
  assert.deepEqual(others, [])
  const [only] = await told(four, { columns: [text('habitat')] })
  assert.match(only?.hint ?? '', /"nameAttribute": "habitat"/)
})

test('asked for, found by a known name, or of one record: no warning', async () => {
  const columns = [text('habitat')]
  assert.deepEqual(await told(four, { columns, metadata: { name: 'Sea Grass' } }), [])
  assert.deepEqual(await told(four, { columns, metadata: { nameAttribute: 'habitat' } }), [])
  assert.deepEqual(await told(four, { columns: [text('name')] }), [])
  assert.deepEqual(await told(four.slice(0, 1), { columns }), [])
})

test('shapes that touch no planning unit are one warning with their records', async () => {
  const columns = [text('name')]
  const shapes = [
    box([0.5, 0.5, 0.6, 0.6], 'in'),
    box([3.5, -9, 9, 9], 'across'),
    box([1, 5, 2, 6], 'north'),
    box([-3, -3, -2, -2], 'south'),
    box([4.5, 0, 5, 1], 'beside'),
  ]
  const found = await told(shapes, { columns })
  assert.deepEqual(
    found.map(({ severity, code, line, count }) => [severity, code, line, count]),
    [['warning', 'legacy/feature-shapes-shape-apart', 3, 3]],
  )
  assert.match(found[0]?.message ?? '', /: records 3, 4, 5$/)
  const [one] = await told(shapes.slice(0, 3), { columns })
  assert.equal(one?.message, 'The shape of record 3 (north) touches no planning unit')
})

test('of a grid that cannot be read nothing is apart', async () => {
  assert.deepEqual(
    await told([box([50, 50, 51, 51], 'far')], { columns: [text('name')] }, Buffer.from('no')),
    [],
  )
})

test.run()
