import assert from 'node:assert/strict'
import { FindingCollector } from '@piecework/core/piece'
import { chunks } from '@piecework/test-support/fixtures/chunks.js'
import { rowsOf } from '@piecework/test-support/fixtures/rows-of.js'
import { suite } from 'uvu'
import { readPu } from '#internal/tables/pu/read.js'
import { readTable } from '#internal/tables/read-table.js'
import { layout, tableOf } from './table-of.js'

const test = suite('tables of many batches')

test('batches hold all rows in order', async () => {
  const lines = Array.from({ length: 30_000 }, (_, at) => `${at},${at / 8}`)
  const { rows } = await tableOf(`id,amount\n${lines.join('\n')}`)
  assert.deepEqual(
    rows,
    lines.map((_, at) => [at + 2, at, at / 8, '']),
  )
})

test('ids stay unique over batches', async () => {
  const findings = new FindingCollector()
  const ids = Array.from({ length: 20_000 }, (_, at) => (at * 7919) % 20_011)
  const text = `id,cost\n${[...ids, ids[3], ids[15_000]].map((id) => `${id},1\n`).join('')}`
  assert.equal((await rowsOf(readPu(chunks(text), { findings }))).length, 20_000)
  assert.deepEqual(
    findings.list().map(({ message }) => message),
    [
      `The id ${ids[3]} stands on line 5 and again on line 20002`,
      `The id ${ids[15_000]} stands on line 15002 and again on line 20003`,
    ],
  )
})

test('an abort ends the reading', async () => {
  const options = {
    file: 't.dat',
    findings: new FindingCollector(),
    signal: AbortSignal.abort(new Error('enough')),
  }
  await assert.rejects(async () => {
    for await (const _ of readTable(chunks('id\n1\n'), layout, options));
  }, /enough/)
})

test.run()
