import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { csvLine, csvRows, openCsv } from '@piecework/core/piece'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import fc from 'fast-check'
import pg from 'pg'
import { from, to } from 'pg-copy-streams'
import { suite } from 'uvu'
import { bytesOf, chunks } from './support.js'

const test = needsServer(suite('csv and COPY'))
let database: ScratchDatabase
let client: pg.Client

test.before(async () => {
  database = await scratchDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query('CREATE TABLE one (a text); CREATE TABLE two (a text, b text)')
})
test.after(async () => {
  await client.end()
  await database.drop()
})

const tricky = ['', '\\.', '"', '\\N', 'NULL', '\n\\.\n', ',', '\r', '\r\n', ' ', '\t']
const value = fc.option(
  fc.oneof(
    fc.string({
      unit: fc.constantFrom('a', '"', ',', '\n', '\r', '\\', '.', ' ', '\t', 'é', '😀'),
      maxLength: 8,
    }),
    fc.string({ unit: 'binary', maxLength: 8 }).map((text) => text.replaceAll('\0', '')),
    fc.constantFrom(...tricky),
  ),
)
const tables = { one: ['a'], two: ['a', 'b'] } as const

for (const [table, columns] of Object.entries(tables)) {
  const rows = fc.array(fc.array(value, { minLength: columns.length, maxLength: columns.length }), {
    maxLength: 12,
  })
  const everyValue = [null, ...tricky].flatMap((one) =>
    columns.length === 1 ? [[one]] : [null, ...tricky].map((other) => [one, other]),
  )

  test(`what we write and check, COPY reads back identically: ${table}`, async () => {
    const property = fc.asyncProperty(rows, fc.integer({ min: 1, max: 30 }), async (values, step) => {
      const text = csvLine(columns) + values.map(csvLine).join('')
      const csv = await openCsv(chunks(text, step))
      await client.query(`TRUNCATE ${table}`)
      await copyIn(table, csv.records)
      assert.deepEqual(await stored(table), values)
    })
    await fc.assert(property, { numRuns: 150, examples: [1, 2, 30].map((step) => [everyValue, step]) })
  })

  test(`what COPY writes, we read identically: ${table}`, async () => {
    const property = fc.asyncProperty(rows, async (values) => {
      await client.query(`TRUNCATE ${table}`)
      for (const row of values)
        await client.query(`INSERT INTO ${table} VALUES (${row.map((_, i) => `$${i + 1}`)})`, row)
      const copied = client.query(
        to(`COPY (SELECT * FROM ${table} ORDER BY ctid) TO STDOUT (FORMAT csv, HEADER)`),
      )
      const bytes = await bytesOf(copied)
      const read: unknown[] = []
      for await (const batch of csvRows(chunks(bytes, 5)))
        for (const row of batch) read.push(columns.map((column) => row[column]))
      assert.deepEqual(read, values)
    })
    await fc.assert(property, { numRuns: 100, examples: [[everyValue]] })
  })
}

test('hostile archives: of arbitrary text, we accept only what COPY reads as we do', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\\', '.', '\r'), maxLength: 12 })
  let accepted = 0
  const property = fc.asyncProperty(text, async (body) => {
    const read: unknown[] = []
    try {
      for await (const batch of csvRows(chunks(`a,b\n${body}`)))
        for (const row of batch) read.push([row.a, row.b])
    } catch {
      return
    }
    accepted++
    await client.query('TRUNCATE two')
    await copyIn('two', (await openCsv(chunks(`a,b\n${body}`))).records)
    assert.deepEqual(await stored('two'), read)
  })
  const right = [
    'a,a\n',
    '"a","a"\n',
    '"a""a",\n',
    '\\.,a\n',
    '"\\.",\n',
    'a,"\n\\.\n"\n',
    '"\r",a\n',
    ',\n,\n',
    '"",""\n',
  ]
  const wrong = ['\\.\n', 'a,a\r\n', 'a"a,a\n', '"a"a,a\n', 'a,"\n', 'a,a\n\n', 'a\n', 'a,a,a\n', 'a,a\n\\.']
  const examples = [...right, ...wrong].map((body): [string] => [body])
  await fc.assert(property, { numRuns: 1000, examples })
  assert.ok(accepted >= right.length, `only ${accepted} texts were accepted`)
})

test.run()

async function copyIn(table: string, csv: AsyncIterable<Uint8Array>): Promise<void> {
  await pipeline(Readable.from(csv), client.query(from(`COPY ${table} FROM STDIN (FORMAT csv)`)))
}

async function stored(table: string): Promise<(string | null)[][]> {
  const { rows } = await client.query({ text: `SELECT * FROM ${table} ORDER BY ctid`, rowMode: 'array' })
  return rows
}
