import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { jobIds } from '@piecework/core/piece'
import { uuidExpression, uuidLiteral } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import fc from 'fast-check'
import { suite } from 'uvu'
import { rowsOf, type World, world } from './support.js'

const test = needsServer(suite('ids in SQL'))
let here: World
test.before(async () => {
  here = await world('')
})
test.after(() => here.close())

const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.replaceAll('\0', ''))

const uuid = '0b2f0000-0000-4000-8000-00000000000a'
const olds = ['', uuid, uuid.toUpperCase(), '\\', "'", '\\x00', '1', 'é', 'e\u0301', '😀', 'x'.repeat(5000)]
const edges = [
  ...olds.map((old) => ['job', 't', old]),
  ['', '', uuid],
  ["'", '"', uuid],
  ['é', '😀', uuid],
] as [string, string, string][]

test('new ids: SQL and TypeScript make the same id of any text, job and table', async () => {
  const cases = fc.array(fc.tuple(text, text, fc.oneof(text, fc.uuid())), { minLength: 40, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(cases, async (list) => {
      const selects = list.map(
        ([job, table], index) => `(${uuidExpression(jobIds(job).key(table), `$${index + 1}::text`)})::text`,
      )
      const [row] = await rowsOf<{ ids: string[] }>(
        here.db,
        `SELECT ARRAY[${selects.join(', ')}] AS ids`,
        list.map(([, , id]) => id),
      )
      assert.deepEqual(
        row?.ids,
        list.map(([job, table, id]) => jobIds(job).idOf(table, id)),
      )
    }),
    { numRuns: 10, examples: [[edges]] },
  )
})

test('new ids: an id of type uuid is hashed as its text, and NULL stays NULL', async () => {
  const id = randomUUID()
  const ids = jobIds('job')
  const sql = (value: string) => uuidExpression(ids.key('t'), value)
  const [row] = await rowsOf(
    here.db,
    `SELECT ${sql(`${uuidLiteral(id.toUpperCase())}`)} AS id, ${sql('NULL::uuid')} AS nothing`,
  )
  assert.deepEqual(row, { id: ids.idOf('t', id), nothing: null })
})

test.run()
