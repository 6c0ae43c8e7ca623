import assert from 'node:assert/strict'
import { join } from 'node:path'
import { needsServer } from '@piecework/test-support'
import { type Folders, folders, layer } from '@piecework/test-support/fixtures/marxan-folders.js'
import {
  type Feature,
  type Ring,
  shapefileParts,
  square,
  squares,
  zippedParts,
} from '@piecework/test-support/fixtures/shapefile-of.js'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { type CheckDocument, documentOf } from './support/document.js'
import { marxanCheck } from './support/marxan-check.js'
import { type ValidationHost, validationHost } from './support/validation-host.js'

const test = needsServer(suite('marxan-check: as the import'))
let host: ValidationHost
let made: Folders

test.before(async () => {
  host = await validationHost()
  made = await folders()
})
test.after(async () => {
  await made.remove()
  await host.stop()
})

const bowtie: Ring = [
  [3, 0],
  [4, 1],
  [4, 0],
  [3, 1],
  [3, 0],
]
const line: Ring = [
  [5, 0],
  [5, 1],
  [5, 2],
  [5, 0],
]

test('all problems at once: with a database, exactly the findings of a validation of the same files', async () => {
  const features = [
    ...squares([1, 2, 3]),
    { rings: [bowtie], values: ['4'] },
    { rings: [line], values: ['5'] },
    { rings: undefined, values: ['5'] },
  ]
  const puvspr = `species,pu,amount\n7,1,2.5\n7,1,3\n9,2,x\n8,40,1\n`
  const folder = await made.make({ 'input/puvspr.dat': puvspr, ...layer(features) })
  const file = (...path: readonly string[]) => ({ file: join(folder, ...path) })
  const grid = zipOf(zippedParts(shapefileParts(features)))
  const job = await host.piecework.validate({
    format: 'legacy-marxan',
    principal: { id: 'ann' },
    uploads: {
      'planning-grid': {
        stream: (async function* () {
          yield grid
        })(),
      },
      'input.dat': file('input.dat'),
      'pu.dat': file('input', 'pu.dat'),
      'spec.dat': file('input', 'species.dat'),
      'puvspr.dat': file('input', 'puvspr.dat'),
    },
  })
  const { findings } = await job.ended()
  const document = documentOf(await marxanCheck([folder, '--json', '--database', host.url]))
  const inOrder = (all: CheckDocument['findings']) =>
    all.map((one) => JSON.stringify(one, Object.keys(one).sort())).sort()
  const asRoles = document.findings.map(({ role, ...finding }) => ({
    ...finding,
    ...(role && { file: role }),
  }))
  assert.ok(findings.length > 5, String(findings.length))
  assert.deepEqual(inOrder(asRoles), inOrder([...findings]))
})

const position = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }))
const ring = (x: number) =>
  fc.array(position, { minLength: 3, maxLength: 7 }).map((points): Ring => {
    const moved = points.map(([px, py]) => [px + x, py] as const)
    return [...moved, moved[0] as readonly [number, number]]
  })
const shape = fc.oneof(
  fc.tuple(ring(0)),
  fc.tuple(ring(0), ring(3)),
  fc.tuple(fc.constant(square(0, 0, 6)), ring(1)),
)

const big = square(0, 0, 6)
const hole = (ring: Ring): Ring => [...ring].reverse()
const closed = (...points: Ring): Ring => [...points, ...points.slice(0, 1)]

/** Rings that touch, cross, contain or repeat one another, or themselves. */
const odd: readonly (readonly Ring[])[] = [
  [big, hole(square(1, 1))],
  [big, hole(square(0, 1))],
  [big, hole(closed([0, 3], [2, 4], [2, 2]))],
  [big, hole(square(8, 8))],
  [big, hole(square(5, 5, 3))],
  [big, hole(square(0, 0, 6))],
  [big, hole(square(1, 1, 2)), hole(square(2, 2, 2))],
  [big, hole(square(1, 1)), hole(square(2, 2))],
  [big, big],
  [square(0, 0), square(1, 1)],
  [square(0, 0), square(1, 0)],
  [square(0, 0, 2), square(1, 1, 2)],
  [closed([0, 0], [0, 2], [0, 4], [2, 2])],
  [closed([0, 0], [0, 4], [0, 2], [4, 2])],
  [closed([0, 0], [0, 4], [4, 4], [4, 4], [4, 0])],
  [closed([0, 0], [2, 2], [0, 4], [4, 4], [2, 2], [4, 0])],
  [closed([0, 0], [3, 0], [6, 0])],
]

/** Records told to be invalid; at most a hundred are listed. */
async function invalid(folder: string, ...args: readonly string[]): Promise<readonly (number | undefined)[]> {
  const { findings } = documentOf(await marxanCheck([folder, '--json', ...args]))
  return findings
    .filter(({ message }) => /is invalid \(/.test(message))
    .map(({ line }) => line)
    .sort()
}

test('without a database the same shapes are invalid as PostGIS says', () =>
  fc.assert(
    fc.asyncProperty(fc.array(shape, { minLength: 75, maxLength: 75 }), async (shapes) => {
      const rings = [[square(0, 0)], [bowtie], ...odd, ...shapes]
      const features = rings.map((rings, at): Feature => ({ rings, values: [String(at)] }))
      const rows = features.map((_, at) => `${at},1\n`).join('')
      const folder = await made.make({ ...layer(features), 'input/pu.dat': `id,cost\n${rows}` })
      const alone = await invalid(folder)
      assert.ok(alone.includes(2) && !alone.includes(1))
      assert.deepEqual(alone, await invalid(folder, '--database', host.url))
    }),
    // Each run takes two processes: too slow to shrink.
    { numRuns: 4, endOnFailure: true },
  ))

test.run()
