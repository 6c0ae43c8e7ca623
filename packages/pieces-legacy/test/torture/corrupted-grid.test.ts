import assert from 'node:assert/strict'
import { isGridError, openGrid } from '@piecework/pieces-legacy'
import fc from 'fast-check'
import { suite } from 'uvu'
import { type Feature, shapefileParts, square, zippedParts } from '../grid/shapefile-of.js'
import { uploadOf } from '../grid/upload-of.js'
import { type ZipEntry, zipOf } from '../grid/zip-of.js'
import { byteCorruption, cases, several } from './support/corruption.js'
import { type ReferenceUnit, referenceGrid } from './support/reference-grid.js'
import { ringsOfEwkb } from './support/rings.js'

const test = suite('corrupted planning grids')

const hole = [...square(2.5, 1.25, 1)].reverse()
const features: readonly Feature[] = [
  { rings: [square(0.125, 0)], values: ['a', '101', '1.5'] },
  { rings: [square(2, 1, 3), hole], values: ['b', '102', '2.25'] },
  { rings: [square(-10, -20, 2.5), square(-5.5, -20)], values: ['c', '2034', ''] },
  { rings: [square(40, 40)], values: ['d', '0', '7'], deleted: true },
  { rings: [square(11, 12.0625)], values: ['e', '7', '3'] },
]
const parts = shapefileParts(features, {
  columns: [
    { name: 'name', type: 'C', length: 3 },
    { name: 'puid', type: 'N', length: 6 },
    { name: 'area', type: 'F', length: 6, decimals: 2 },
  ],
})

/** What would be imported; undefined where the grid is refused. Whether rings make a valid polygon is asked of the database later. */
async function importedUnits(
  entries: readonly ZipEntry[] | Buffer,
): Promise<readonly ReferenceUnit[] | undefined> {
  try {
    const grid = await openGrid(uploadOf(Buffer.isBuffer(entries) ? entries : zipOf(entries)))
    try {
      const units = new Map<number, ReferenceUnit>()
      for await (const batch of grid.features())
        for (const { id, geometry } of batch) {
          if (!('id' in id) || !('ewkb' in geometry) || units.has(id.id)) return undefined
          units.set(id.id, { id: id.id, rings: ringsOfEwkb(geometry.ewkb) })
        }
      return units.size > 0 ? [...units.values()] : undefined
    } finally {
      grid.close()
    }
  } catch (error) {
    if (isGridError(error)) return undefined
    throw error
  }
}

test('what is not corrupted is read', async () => {
  const expected = referenceGrid(parts)
  assert.equal(expected?.length, 4)
  assert.deepEqual(await importedUnits(zippedParts(parts)), expected)
})

for (const part of ['shp', 'shx', 'dbf'] as const)
  test(`law 10: a .${part} is refused, or read as an independent reading of its bytes says`, async () => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(several(byteCorruption, 2), async (corrupt) => {
        const changed = { ...parts, [part]: corrupt(parts[part]) }
        const expected = referenceGrid(changed)
        const found = await importedUnits(zippedParts(changed))
        const bytes = changed[part].toString('hex')
        assert.deepEqual(found, expected, bytes)
        if (expected) accepted += 1
      }),
      cases(400),
    )
    assert.ok(accepted > 0)
  })

test('law 10: a zip is refused, or read as if nothing had happened to it', async () => {
  const expected = referenceGrid(parts)
  const zip = zipOf(zippedParts(parts))
  await fc.assert(
    fc.asyncProperty(several(byteCorruption, 2), async (corrupt) => {
      const changed = corrupt(zip)
      const found = await importedUnits(changed)
      if (found) assert.deepEqual(found, expected, changed.toString('hex'))
    }),
    cases(400),
  )
})

test.run()
