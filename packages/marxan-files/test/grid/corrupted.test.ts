import assert from 'node:assert/strict'
import { isGridError, openGrid } from '@piecework/marxan-files'
import { byteCorruption, cases, several } from '@piecework/test-support/fixtures/corruption.js'
import { ringsOfEwkb } from '@piecework/test-support/fixtures/rings-of-ewkb.js'
import {
  type Feature,
  shapefileParts,
  square,
  zippedParts,
} from '@piecework/test-support/fixtures/shapefile-of.js'
import { uploadOf } from '@piecework/test-support/fixtures/upload-of.js'
import { type ZipEntry, zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { type ReferenceUnit, referenceGrid } from './support/reference-grid.js'

const test = suite('corrupted planning grids')

const hole = [...square(2.5, 1.25, 1)].reverse()
const features: readonly Feature[] = [
  { rings: [square(0.125, 0)], values: ['aaa', '101', '1.5'] },
  { rings: [square(2, 1, 3), hole], values: ['bbb', '102', '2.25'] },
  { rings: [square(-10, -20, 2.5), square(-5.5, -20)], values: ['ccc', '2034', ''] },
  { rings: [square(40, 40)], values: ['ddd', '0', '7'], deleted: true },
  { rings: [square(11, 12.0625)], values: ['eee', '7', '3'] },
]
const parts = shapefileParts(features, {
  columns: [
    { name: 'name', type: 'C', length: 3 },
    { name: 'puid', type: 'N', length: 6 },
    { name: 'area', type: 'F', length: 6, decimals: 2 },
  ],
})

/**
 * What would be imported; undefined where the grid is refused. Whether rings make a valid polygon is asked of
 * the database later.
 */
async function importedUnits(
  entries: readonly ZipEntry[] | Buffer,
): Promise<readonly ReferenceUnit[] | undefined> {
  try {
    const grid = await openGrid(uploadOf(Buffer.isBuffer(entries) ? entries : zipOf(entries)))
    const units = new Map<number, ReferenceUnit>()
    for await (const batch of grid.features())
      for (const { id, geometry } of batch) {
        if (!('id' in id) || !('ewkb' in geometry) || units.has(id.id)) return undefined
        units.set(id.id, { id: id.id, rings: ringsOfEwkb(geometry.ewkb) })
      }
    return units.size > 0 ? [...units.values()] : undefined
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
  test(`hostile archives: a .${part} is refused, or read as an independent reading of its bytes says`, async () => {
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
      cases(250),
    )
    assert.ok(accepted > 0)
  })

/** Bytes that say where everything else is. */
const headers = { shp: 160, shx: parts.shx.length, dbf: parts.dbf.readUInt16LE(8) }

for (const part of ['shp', 'shx', 'dbf'] as const)
  test(`hostile archives: a .${part} in whose header any one byte is one less or more is refused, or read as an independent reading says`, async () => {
    for (let at = 0; at < headers[part]; at += 1)
      for (const change of [-1, 1]) {
        const bytes = Buffer.from(parts[part])
        bytes[at] = (bytes[at] ?? 0) + change
        const changed = { ...parts, [part]: bytes }
        assert.deepEqual(await importedUnits(zippedParts(changed)), referenceGrid(changed), `byte ${at}`)
      }
  })

test('hostile archives: a zip is refused, or read as if nothing had happened to it', async () => {
  const expected = referenceGrid(parts)
  const zip = zipOf(zippedParts(parts))
  await fc.assert(
    fc.asyncProperty(several(byteCorruption, 2), async (corrupt) => {
      const changed = corrupt(zip)
      const found = await importedUnits(changed)
      if (found) assert.deepEqual(found, expected, changed.toString('hex'))
    }),
    cases(250),
  )
})

test.run()
