import assert from 'node:assert/strict'
import {
  shapefileParts,
  squares,
  zippedGrid,
  zippedParts,
} from '@piecework/test-support/fixtures/shapefile-of.js'
import { uploadOf } from '@piecework/test-support/fixtures/upload-of.js'
import { type ZipEntry, zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { openLayer, refusal } from '../support/open-layer.js'

const test = suite('shapefile: the zip')
const parts = shapefileParts(squares([1, 2, 3]))
const entries = zippedParts(parts)
const text = (name: string): ZipEntry => ({ name, bytes: Buffer.from('x') })

async function units(zip: Buffer): Promise<number> {
  const layer = await openLayer(uploadOf(zip))
  let count = 0
  for await (const batch of layer.features()) count += batch.length
  return count
}

test('the parts may be in the root or in one folder, in any case, among sidecars', async () => {
  const sidecars = [
    'grid.qpj',
    'grid.sbn',
    'grid.shp.xml',
    '__MACOSX/._grid.shp',
    '.DS_Store',
    'readme.txt',
  ].map(text)
  assert.equal(await units(zipOf([...sidecars, ...entries])), 3)
  assert.equal(await units(zipOf(zippedParts(parts, 'inner folder/grid'))), 3)
  const upper = entries.map((entry) => ({ ...entry, name: entry.name.toUpperCase() }))
  assert.equal(await units(zipOf(upper)), 3)
})

test('each missing part is named', async () => {
  for (const part of ['shp', 'shx', 'dbf', 'prj'] as const) {
    const { [part]: _, ...others } = parts
    const error = await refusal(uploadOf(zipOf(zippedParts(others))), 'test/grid-missing-part')
    assert.match(error.message, new RegExp(`\\.${part} `))
    assert.equal(error.findings.length, 1)
  }
  const nothing = await refusal(uploadOf(zipOf([text('readme.txt')])), 'test/grid-missing-part')
  assert.equal(nothing.findings.length, 4)
})

test('two layers, two files of one part and deep folders are refused', async () => {
  await refusal(uploadOf(zipOf([...entries, ...zippedParts(parts, 'other')])), 'test/grid-two-layers')
  await refusal(
    uploadOf(zipOf([...entries, { name: 'GRID.DBF', bytes: parts.dbf }])),
    'test/grid-duplicate-part',
  )
  await refusal(uploadOf(zipOf(zippedParts(parts, 'a/b/grid'))), 'test/grid-folder')
})

test('hostile archives: paths that lead out of the zip are refused, whatever file they name', async () => {
  for (const name of ['../grid.txt', '/etc/passwd', 'a/../../b', 'C:/b.txt', 'a\\..\\..\\b'])
    await refusal(uploadOf(zipOf([...entries, text(name)])), 'test/grid-path')
})

test('hostile archives: encrypted and unknown compression are refused', async () => {
  const [first, ...others] = entries as [ZipEntry, ...ZipEntry[]]
  await refusal(uploadOf(zipOf([{ ...first, encrypted: true }, ...others])), 'test/grid-encrypted')
  await refusal(uploadOf(zipOf([{ ...first, method: 12 }, ...others])), 'test/grid-zip')
})

test('hostile archives: what inflates beyond the limits, or to more than it says, is refused', async () => {
  const zip = uploadOf(zipOf(entries))
  await refusal(zip, 'test/grid-too-large', { limits: { partBytes: parts.shp.length - 1 } })
  await refusal(zip, 'test/grid-too-large', { limits: { textBytes: 10 } })
  await refusal(zip, 'test/grid-too-large', { limits: { entries: 3 } })
  await refusal(zip, 'test/grid-too-large', { limits: { shapeBytes: 100 } })
  await refusal(zip, 'test/grid-too-large', { limits: { shapeWork: 4 } })
  const bomb = entries.map((entry) =>
    entry.name.endsWith('.prj')
      ? { ...entry, bytes: Buffer.concat([entry.bytes, Buffer.alloc(10_000_000, 32)]), statedSize: 500 }
      : entry,
  )
  await refusal(uploadOf(zipOf(bomb)), 'test/grid-zip')
})

test('hostile archives: a part that is shorter or longer than it says is refused, compressed or not', async () => {
  for (const extension of ['.shp', '.dbf', '.prj'])
    for (const method of [0, 8])
      for (const by of [-1, 1]) {
        const wrong = entries.map((entry) =>
          entry.name.endsWith(extension) ? { ...entry, method, statedSize: entry.bytes.length + by } : entry,
        )
        await refusal(uploadOf(zipOf(wrong)), 'test/grid-zip')
      }
})

test('hostile archives: a part that differs from its checksum is refused', async () => {
  for (const extension of ['.shp', '.dbf', '.prj']) {
    const wrong = entries.map((entry) =>
      entry.name.endsWith(extension) ? { ...entry, statedCrc: 1 } : entry,
    )
    await refusal(uploadOf(zipOf(wrong)), 'test/grid-zip')
  }
})

test('hostile archives: a part that has another name before its data is refused', async () => {
  const zip = zippedGrid(squares([1, 2, 3]))
  const name = zip.indexOf('grid.dbf')
  zip.write('Grid', name)
  await refusal(uploadOf(zip), 'test/grid-zip')
})

test('hostile archives: a zip that ends early is refused, wherever it ends', async () => {
  const zip = zippedGrid(squares([1, 2, 3]))
  for (let length = 0; length < zip.length; length += 1)
    await refusal(uploadOf(zip.subarray(0, length)), 'test/grid-zip')
})

test('hostile archives: bytes that are changed anywhere are read or refused, never a crash', async () => {
  const zip = zippedGrid(squares([1, 2, 3]))
  await fc.assert(
    fc.asyncProperty(fc.nat(zip.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const changed = Buffer.from(zip)
      changed[at] = (changed[at] as number) ^ change
      const read = await units(changed).catch((error: { code?: string }) => error.code)
      assert.ok(read === 3 || (typeof read === 'string' && read.startsWith('test/grid-')), String(read))
    }),
    { numRuns: 300 },
  )
})

test.run()
