import assert from 'node:assert/strict'
import type { Entries } from '@piecework/core/piece'
import { shapefileParts, squares, zippedParts } from '@piecework/test-support/fixtures/shapefile-of.js'
import { uploadOf } from '@piecework/test-support/fixtures/upload-of.js'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import { openLayer } from '../support/open-layer.js'

const test = suite('shapefile: how often it is opened')

const zip = zipOf(zippedParts(shapefileParts(squares([1, 2, 3]))))

/** An upload that counts how often it is opened. */
function counted(): { readonly entries: Entries; opens(): number } {
  const upload = uploadOf(zip)
  let opens = 0
  const open: Entries['open'] = (path, range) => {
    opens += 1
    return upload.open(path, range)
  }
  return { entries: { ...upload, open }, opens: () => opens }
}

test('opening reads the directory once, and the .prj, .shp and .dbf once each', async () => {
  const { entries, opens } = counted()
  await openLayer(entries)
  assert.equal(opens(), 4)
})

test('opening again reads nothing', async () => {
  const { entries, opens } = counted()
  await openLayer(entries)
  const before = opens()
  await Promise.all([openLayer(entries), openLayer(entries)])
  assert.equal(opens(), before)
})

test('rows open the .dbf; features open the .dbf, the .shp and the .shx', async () => {
  const { entries, opens } = counted()
  const layer = await openLayer(entries)
  let before = opens()
  for await (const _ of layer.rows());
  assert.equal(opens() - before, 1)
  before = opens()
  for await (const _ of layer.features());
  assert.equal(opens() - before, 3)
})

test.run()
