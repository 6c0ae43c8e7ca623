import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import { shapefileParts, square } from '@piecework/test-support/fixtures/shapefile-of.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { type PlanningHost, planningHost } from '../importers/planning-host.js'
import { smallProject } from '../importers/small-project.js'
import type { run } from './support/import.js'
import { box, layer, number } from './support/uploads.js'

const test = needsServer(suite('which planning units a cost shapefile covers'))
const [columns, lines] = [6, 4]
let host: PlanningHost

test.before(async () => {
  host = await planningHost()
})
test.after(() => host.stop())

const units = Array.from({ length: columns * lines }, (_, id) => id)
const placeOf = (id: number) => [id % columns, Math.floor(id / columns)] as const

const project = () =>
  smallProject({
    grid: shapefileParts(units.map((id) => ({ rings: [square(...placeOf(id))], values: [String(id)] }))),
    'pu.dat': `id,cost\n${units.map((id) => `${id},1\n`).join('')}`,
    'spec.dat': 'id,prop,name\n1,0.5,Sand\n',
    'puvspr.dat': 'species,pu,amount\n1,0,1\n',
  })

/** Numbers of the planning units that the validation says are without a cost; [] where it finds no error. */
async function uncovered(uploads: Parameters<typeof run>[1]): Promise<readonly string[]> {
  const report = await (
    await host.piecework.validate({ format: 'legacy-marxan', principal: { id: 'ann' }, uploads })
  ).ended()
  const errors = report.findings.filter(({ severity }) => severity === 'error')
  assert.ok(errors.length <= 1, JSON.stringify(errors))
  return errors.flatMap(({ message }) => message.replace(/^.*: /, '').replace(' and more', '').split(', '))
}

/** Quarters of a unit, so that nothing is a matter of rounding. */
const quarter = (most: number) => fc.integer({ min: 0, max: most * 4 }).map((at) => at / 4)
type Box = readonly [west: number, south: number, east: number, north: number]

/**
 * Boxes that touch units only, along a side and at a corner; within one unit; over all of them; several that
 * meet.
 */
const boxCases: Box[][] = [
  [[1, 1, 2, 2]],
  [[1, 1, 1.25, 1.25]],
  [[1.75, 1.75, 2.25, 2.25]],
  [[0, 0, columns, lines]],
  [
    [0, 0, 3, lines],
    [3, 0, columns, lines],
  ],
  [[5, 3, 9, 8]],
  [
    [0.25, 0.25, 0.75, 0.75],
    [columns - 0.25, lines - 0.25, columns, lines],
  ],
  [[columns, 0, columns + 1, 1]],
]

const boxes: fc.Arbitrary<Box[]> = fc.array(
  fc
    .record({ west: quarter(columns), south: quarter(lines), width: quarter(4), height: quarter(4) })
    .map(
      ({ west, south, width, height }) => [west, south, west + width + 0.25, south + height + 0.25] as const,
    ),
  { minLength: 1, maxLength: 8 },
)

test('those and only those that have an area in common with a shape', async () => {
  await fc.assert(
    fc.asyncProperty(boxes, async (given) => {
      const expected = units.filter((id) => {
        const [x, y] = placeOf(id)
        return !given.some(
          ([west, south, east, north]) => west < x + 1 && x < east && south < y + 1 && y < north,
        )
      })
      const uploads = layer(
        'cost-surface',
        given.map((each) => box(each, '1')),
        { columns: [number('cost')] },
      )
      const found = await uncovered({ ...project(), ...uploads })
      assert.deepEqual(found, expected.slice(0, 10).map(String))
    }),
    { numRuns: 25, examples: boxCases.map((one) => [one]) },
  )
})

test('a unit in the hole of a shape is not covered, one across its edge is', async () => {
  const ring = (west: number, south: number, east: number, north: number) =>
    box([west, south, east, north]).rings?.[0] ?? []
  const holed = {
    rings: [ring(0, 0, columns, lines), [...ring(1, 1, 3.5, 2)].reverse()],
    values: ['1'],
  }
  const uploads = layer('cost-surface', [holed], { columns: [number('cost')] })
  assert.deepEqual(await uncovered({ ...project(), ...uploads }), ['7', '8'])
})

test('a shape that crosses itself covers what its repair covers', async () => {
  const tie = {
    rings: [
      [
        [0, 0],
        [columns, lines],
        [columns, 0],
        [0, lines],
        [0, 0],
      ] as const,
    ],
    values: ['1'],
  }
  const uploads = layer('cost-surface', [tie], { columns: [number('cost')] })
  // Two triangles that meet in the middle of the grid: what lies above and below it is left.
  assert.deepEqual(await uncovered({ ...project(), ...uploads }), ['2', '3', '20', '21'])
})

test('thousands of planning units that nothing covers are counted, whatever it takes to look at them', async () => {
  const side = 60
  const many = Array.from({ length: side * side }, (_, id) => id)
  const large = smallProject({
    grid: shapefileParts(
      many.map((id) => ({ rings: [square(id % side, Math.floor(id / side))], values: [String(id)] })),
    ),
    'pu.dat': `id\n${many.join('\n')}\n`,
    'spec.dat': 'id,prop,name\n1,0.5,Sand\n',
    'puvspr.dat': 'species,pu,amount\n1,0,1\n',
  })
  const uploads = layer('cost-surface', [box([0.75, 0, 2.25, 1], '1'), box([59.9, 59.9, 70, 70], '2')], {
    columns: [number('cost')],
  })
  const report = await (
    await host.piecework.validate({
      format: 'legacy-marxan',
      principal: { id: 'ann' },
      uploads: { ...large, ...uploads },
    })
  ).ended()
  assert.deepEqual(
    report.findings.filter(({ severity }) => severity === 'error').map(({ code, count }) => [code, count]),
    [['legacy/cost-shapes-unit-without-cost', side * side - 4]],
  )
})

test.run()
