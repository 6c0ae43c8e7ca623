import assert from 'node:assert/strict'
import { FindingCollector } from '@piecework/core/piece'
import { chunks } from '@piecework/test-support/fixtures/chunks.js'
import { rowsOf } from '@piecework/test-support/fixtures/rows-of.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { readTable } from '#internal/tables/read-table.js'
import { layout, tableOf } from './table-of.js'

const test = suite('tables: properties')

const cells = [
  '1',
  '2.5',
  '1e3',
  '7.0',
  'x',
  '',
  '"q"',
  '"a\nb"',
  '"a\r\nb"',
  '"a""b"',
  'é',
  ' 3 ',
  '\0',
  '1,5',
  '"',
]
const cell = fc.constantFrom(...cells)
const row = fc.array(cell, { minLength: 1, maxLength: 4 }).map((cells) => cells.join(','))
const end = fc.constantFrom('\n', '\r\n', '\r', '\n\n', '')
const text = fc
  .array(fc.tuple(row, end), { maxLength: 12 })
  .map((rows) => `id,amount,name\r\n${rows.map(([cells, last]) => cells + (last || '\n')).join('')}`)

/** Each cell with each end of line, and as the first, the last and the only one. */
const everyCell = ['\n', '\r\n', '\r', '\n\n'].map((last) => {
  const rows = cells.flatMap((one) => [`1,2,${one}`, `${one},2,x`, one])
  return `\uFEFFid,amount,name${last}${rows.join(last)}${last}`
})

test('any cutting of the bytes into chunks reads the same', async () => {
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(60), { maxLength: 12 }), async (whole, cuts) => {
      const bytes = Buffer.from(whole)
      const parts: Buffer[] = []
      let at = 0
      for (const cut of [...cuts, bytes.length]) {
        parts.push(bytes.subarray(at, at + cut))
        at = Math.min(at + cut, bytes.length)
      }
      assert.deepEqual(await tableOf(...parts), await tableOf(bytes))
      assert.deepEqual(await tableOf(...Array.from(bytes, (byte) => Buffer.of(byte))), await tableOf(bytes))
    }),
    { numRuns: 300, examples: everyCell.map((one) => [one, [1, 2, 3, 5, 8, 13]]) },
  )
})

const digits = fc.stringMatching(/^\d{0,20}$/)
const sign = fc.constantFrom('', '-', '+')
const numberText = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.tuple(sign, digits, digits).map(([minus, whole, rest]) => `${minus}${whole || '0'}.${rest}`),
  fc
    .tuple(sign, fc.stringMatching(/^\d{1,18}$/), fc.integer({ min: -330, max: 290 }))
    .map(([minus, whole, exponent]) => `${minus}${whole}e${exponent}`),
)

/** Around the limits of exact arithmetic on doubles. */
const edges = [
  '-0',
  '9007199254740991',
  '9007199254740993',
  '9007199254740993.5',
  '0.0000000000000000000007',
  '0.00000000000000000000007',
  '123456789.0000000000000000000000000',
  '41475721.998073205',
  '4.9e-324',
  '1.7976931348623157e308',
]

test('numbers equal Number(text)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(numberText, { minLength: 1, maxLength: 30 }), async (texts) => {
      const { rows, told } = await tableOf(
        `id,amount\n${texts.map((text, at) => `${at},${text}`).join('\n')}`,
      )
      assert.deepEqual(told, [])
      texts.forEach((text, at) => {
        assert.ok(Object.is(rows[at]?.[2], Number(text)), `${text} was read as ${rows[at]?.[2]}`)
      })
    }),
    { numRuns: 300, examples: [[edges]] },
  )
})

test('random corruption never throws, and every row that is lost is told', async () => {
  const lines = Array.from({ length: 20 }, (_, at) => `${at},${at * 1.25},"name ${at}"`)
  const good = Buffer.from(`id,amount,name\n${lines.join('\n')}\n`)
  const corruption = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(corruption, async (changes) => {
      const bytes = Buffer.from(good)
      for (const [at, byte] of changes) bytes[at] = byte
      const findings = new FindingCollector()
      const rows = await rowsOf(readTable(chunks(bytes), layout, { file: 't.dat', findings }))
      const ends = changes.some(([at, byte]) => good[at] === 0x0a || good[at] === 0x22 || byte === 0x22)
      if (rows.length < 20 && !ends) assert.ok(findings.errors > 0)
    }),
    { numRuns: 500 },
  )
})

const texts = ['', '\0', '\r', '\n\n', '\uFEFF', '"', ',', 'id', 'id,amount,name', 'id,amount,name\n"']

test('any bytes at all are read to their end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      const { rows, told } = await tableOf(bytes)
      assert.ok(rows.length > 0 || told.length > 0)
    }),
    {
      numRuns: 300,
      examples: texts.map((text): [Uint8Array<ArrayBuffer>] => [Uint8Array.from(Buffer.from(text))]),
    },
  )
})

test.run()
