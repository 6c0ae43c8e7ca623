import assert from 'node:assert/strict'
import { gridIds, openGrid } from '@piecework/marxan-files'
import {
  type Column,
  type Feature,
  shapefileParts,
  square,
  squares,
  zippedGrid,
  zippedParts,
} from '@piecework/test-support/fixtures/shapefile-of.js'
import { uploadOf } from '@piecework/test-support/fixtures/upload-of.js'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { refusal } from './refusal.js'

const test = suite('planning grid: the id attribute')

const numeric = (name: string, decimals = 0): Column => ({ name, type: 'N', length: 20, decimals })
const text = (name: string): Column => ({ name, type: 'C', length: 20 })

async function read(columns: readonly Column[], features: readonly Feature[], idAttribute?: unknown) {
  const metadata = idAttribute === undefined ? undefined : { idAttribute }
  const grid = await openGrid(uploadOf(zippedGrid(features, { columns }), metadata))
  const ids = []
  for await (const batch of grid.ids()) ids.push(...batch.map(({ id }) => id))
  return { ids, findings: grid.findings, idAttribute: grid.idAttribute }
}

test('puid is taken without a word', async () => {
  const { ids, findings } = await read(
    [numeric('PUID'), numeric('puid')],
    [
      { rings: [square(0, 0)], values: ['7', '0'] },
      { rings: [square(1, 0)], values: ['8', '2147483647'] },
    ],
  )
  assert.deepEqual(ids, [{ id: 0 }, { id: 2147483647 }])
  assert.deepEqual(findings, [])
})

test('without one, the attributes that hold unique integers are listed', async () => {
  const columns = [
    numeric('fid'),
    numeric('area'),
    text('code'),
    numeric('zero'),
    numeric('size', 2),
    text('name'),
  ]
  const features = [1, 2, 3].map((id) => ({
    rings: [square(id, 0)],
    values: [`${id}`, `${id}.5`, `${id}0`, '0', `${id}.00`, `n${id}`],
  }))
  const upload = uploadOf(zippedGrid(features, { columns }))
  const error = await refusal(upload, 'legacy/grid-id-attribute')
  assert.match(error.message, /: fid, code, size$/)
  assert.match(error.findings[0]?.hint ?? '', /idAttribute/)
})

test('an attribute that the upload names wrongly is refused, with the same list', async () => {
  for (const idAttribute of ['id', 7, null, { a: 1 }]) {
    const upload = uploadOf(zippedGrid(squares([1, 2])), { idAttribute })
    const error = await refusal(upload, 'legacy/grid-id-attribute')
    assert.match(error.message, /: puid$/)
  }
})

test('an attribute of dates or binary numbers holds no ids', async () => {
  for (const type of ['D', 'L', 'I', 'O', '@']) {
    const columns = [{ name: 'puid', type, length: 8 }]
    await refusal(uploadOf(zippedGrid(squares([1]), { columns })), 'legacy/grid-id-type')
  }
})

test('every way to write an id is told apart', async () => {
  const values = new Map<string, unknown>([
    ['12', { id: 12 }],
    ['+12', { id: 12 }],
    ['007', { id: 7 }],
    ['12  ', { id: 12 }],
    ['12\0\0', { id: 12 }],
    ['0012345678', { id: 12345678 }],
    ['999999999', { id: 999999999 }],
    ['1 2', { problem: 'not-a-number' }],
    ['12\x005', { problem: 'not-a-number' }],
    ['12.000', { id: 12, spelled: 'float' }],
    ['1.2e+01', { id: 12, spelled: 'float' }],
    ['', { problem: 'null' }],
    ['**********', { problem: 'overflow' }],
    ['-1', { problem: 'negative' }],
    ['1.5', { problem: 'fraction' }],
    ['2147483648', { problem: 'too-large' }],
    ['1e400', { problem: 'too-large' }],
    ['12abc', { problem: 'not-a-number' }],
    ['NaN', { problem: 'not-a-number' }],
    ['0x10', { problem: 'not-a-number' }],
    ['1,5', { problem: 'not-a-number' }],
  ])
  for (const type of ['N', 'F']) {
    const { ids } = await read([{ name: 'puid', type, length: 20 }], squares([...values.keys()]))
    assert.deepEqual(ids, [...values.values()], type)
  }
  const { ids } = await read([text('puid')], squares(['12', '12.0', 'x']))
  assert.deepEqual(ids, [
    { id: 12, spelled: 'text' },
    { id: 12, spelled: 'text' },
    { problem: 'not-a-number' },
  ])
})

test('names are read in the encoding of the .cpg, else of the language byte, else windows-1252', async () => {
  const named = async (bytes: Buffer, name: string, cpg?: string, language = 0) => {
    const parts = shapefileParts(squares([1]), { columns: [numeric('XXXXXX')] })
    parts.dbf.fill(0, 32, 43)
    bytes.copy(parts.dbf, 32)
    parts.dbf.writeUInt8(language, 29)
    const entries = [
      ...zippedParts(parts),
      ...(cpg === undefined ? [] : [{ name: 'grid.cpg', bytes: Buffer.from(cpg) }]),
    ]
    const grid = await openGrid(uploadOf(zipOf(entries), { idAttribute: name }))
    assert.equal(grid.idAttribute, name)
  }
  await named(Buffer.from('numéro', 'utf8'), 'numéro', 'UTF-8\n')
  await named(Buffer.from('numéro', 'latin1'), 'numéro')
  await named(Buffer.from('numéro', 'latin1'), 'numéro', 'ISO-8859-1')
  await named(Buffer.from('numéro', 'latin1'), 'numéro', 'ANSI 1252')
  await named(Buffer.from('numéro', 'latin1'), 'numéro', 'nonsense')
  await named(Buffer.from([0xd0, 0xe0]), 'Ра', undefined, 201)
  await named(Buffer.from([0xd0, 0xe0]), 'Ра', '1251')
})

test('ids come out as they went in, without those of deleted records', async () => {
  const record = fc.record({ id: fc.nat(2 ** 31 - 1), deleted: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 300 }), async (records) => {
      const features = records.map(({ id, deleted }, at) => ({
        rings: [square(at % 100, 0)],
        values: [String(id)],
        ...(deleted && { deleted: true as const }),
      }))
      const found: number[] = []
      for await (const batch of gridIds(uploadOf(zippedGrid(features)))) found.push(...batch)
      assert.deepEqual(
        found,
        records.filter(({ deleted }) => !deleted).map(({ id }) => id),
      )
    }),
    { numRuns: 60 },
  )
})

test.run()
