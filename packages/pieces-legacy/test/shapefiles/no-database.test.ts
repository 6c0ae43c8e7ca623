import assert from 'node:assert/strict'
import { entriesOf } from '@piecework/core/piece'
import { type GeometryChecks, legacyPieces } from '@piecework/pieces-legacy'
import { equidistantConic } from '@piecework/test-support/fixtures/foreign-crs.js'
import {
  type Column,
  type Feature,
  shapefileParts,
  squares,
  wgs84,
  zippedParts,
} from '@piecework/test-support/fixtures/shapefile-of.js'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import { bowTie, box, number, text } from './support/uploads.js'

const test = suite('validation of shapefiles without a database')

/** What a caller without a database hands in; only shapes that are not convex come here. */
const checks: GeometryChecks = {
  invalidShapes: async (shapes) => shapes.map(({ record }) => ({ record, reason: 'Self-intersection' })),
}

interface Told {
  readonly gridPrj?: string
  readonly prj?: string
  readonly piece?: string
  readonly columns?: readonly Column[]
}

/** Codes of what the validators of costs, or of another piece, report of four units in a row. */
async function told(
  shapes: readonly Feature[],
  {
    gridPrj = wgs84,
    prj = wgs84,
    piece: wanted = 'legacy/cost-shapes',
    columns = [number('cost')],
  }: Told = {},
): Promise<readonly string[]> {
  const zips = {
    'planning-grid': zipOf(zippedParts(shapefileParts(squares([1, 2, 3, 4]), { prj: gridPrj }))),
    'cost-surface': zipOf(zippedParts(shapefileParts(shapes, { columns, prj }))),
  }
  const piece = legacyPieces({ checks }).find(({ name }) => name === wanted)
  const target = { kind: 'project', id: '1' }
  const context = {
    jobId: 'job',
    resource: target,
    target,
    carries: () => true,
    principal: { id: 'ann' },
    options: undefined,
    signal: new AbortController().signal,
    progress: () => {},
    entries: entriesOf(
      Object.entries(zips).map(([path, zip]) => ({
        path,
        facts: { size: zip.length },
        open: async function* ({ start, end } = { start: 0, end: zip.length }) {
          yield zip.subarray(start, end)
        },
      })),
    ),
    tx: {
      query: () => Promise.reject(new Error('The database was asked')),
    },
  }
  const codes: string[] = []
  for (const validator of piece?.validators ?? [])
    for await (const { severity, code, count } of validator.validate(context))
      codes.push(`${severity} ${code}${count === undefined ? '' : ` ×${count}`}`)
  return codes
}

test('shapes that hold the middle of every planning unit need none', async () => {
  assert.deepEqual(await told([box([0.25, 0.25, 3.75, 0.75], '1')]), [])
})

test('what only a database can tell is a warning', async () => {
  assert.deepEqual(await told([box([0, 0, 3, 1], '1'), box([3.9, 0.9, 4, 1], '1')]), [
    'warning legacy/cost-shapes-unit-unchecked',
  ])
  assert.deepEqual(await told([bowTie('1'), box([0, 0, 4, 1], '1')]), [
    'warning legacy/cost-shapes-shape-unrepaired',
  ])
  assert.deepEqual(await told([bowTie('1'), box([0, 0, 4, 1], '1'), bowTie('2')]), [
    'warning legacy/cost-shapes-shape-unrepaired ×2',
  ])
})

test('costs that are written as texts are one warning', async () => {
  const shapes = [box([0, 0, 4, 1], '1'), box([0, 0, 4, 1], '2.5')]
  const columns = [text('cost')]
  assert.deepEqual(await told(shapes, { columns }), ['warning legacy/cost-shapes-cost-text ×2'])
  assert.deepEqual(await told(shapes.slice(1), { columns }), ['warning legacy/cost-shapes-cost-text'])
})

test('where a layer lies that only PROJ can place is a warning, and so is what depends on it', async () => {
  const everywhere = [box([0, 0, 4, 1], '1')]
  const piece = 'legacy/planning-grid'
  assert.deepEqual(await told(everywhere, { gridPrj: equidistantConic, piece }), [
    'warning legacy/grid-crs-unchecked',
  ])
  assert.deepEqual(await told(everywhere, { gridPrj: equidistantConic }), [
    'warning legacy/cost-shapes-unit-unchecked',
  ])
  assert.deepEqual(await told(everywhere, { prj: equidistantConic }), [
    'warning legacy/cost-shapes-crs-unchecked',
    'warning legacy/cost-shapes-unit-unchecked',
  ])
  const unknown = equidistantConic.replace('Standard_Parallel_2', 'Standart_Parallel_2')
  assert.deepEqual(await told(everywhere, { gridPrj: unknown, piece }), ['error legacy/grid-crs'])
})

test.run()
