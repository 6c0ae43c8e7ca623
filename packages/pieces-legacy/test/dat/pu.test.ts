import assert from 'node:assert/strict'
import { Findings, readPu } from '@piecework/pieces-legacy'
import { suite } from 'uvu'
import { chunks, rowsOf, told } from './support.js'

const test = suite('pu.dat')

async function pu(text: string) {
  const findings = new Findings()
  const rows = await rowsOf(readPu(chunks(text), { findings }))
  return { rows, told: told(findings), findings: findings.list() }
}

/** Text, the rows it reads as (line, id, cost, status) and what is told. */
const cases: Record<string, [text: string, rows: unknown[][], told: string[]]> = {
  'id, cost and status': [
    'id,cost,status\n3,2.5,2\n1,0,0\n',
    [
      [2, 3, 2.5, 2],
      [3, 1, 0, 0],
    ],
    [],
  ],
  'defaults for absent columns': ['id\n5\n', [[2, 5, 1, 0]], []],
  'every status there is': [
    'id,status\n1,0\n2,1\n3,2\n4,3\n',
    [0, 1, 2, 3].map((s) => [s + 2, s + 1, 1, s]),
    [],
  ],
  'xloc and yloc are ignored': ['id,cost,status,xloc,yloc\n1,1,0,left,\n', [[2, 1, 1, 0]], []],
  'prob is not carried': ['id,prob\n1,0.5\n', [[2, 1, 1, 0]], ['? column-not-carried 1 prob']],
  'no id': ['cost\n1\n', [], ['! column-missing 1 id']],
  'a duplicate id': [
    'id\n1\n2\n1\n',
    [
      [2, 1, 1, 0],
      [3, 2, 1, 0],
    ],
    ['! id-duplicate 4 id'],
  ],
  'an empty cost': ['id,cost\n1,\n', [], ['! value-empty 2 cost']],
  'a negative cost': ['id,cost\n1,-1\n', [], ['! out-of-range 2 cost']],
  'another status': ['id,status\n1,4\n2,-1\n', [], ['! out-of-range 2 status', '! out-of-range 3 status']],
  'an empty status': ['id,status\n1,\n', [], ['! value-empty 2 status']],
}

for (const [name, [text, rows, told]] of Object.entries(cases))
  test(name, async () => {
    const read = await pu(text)
    assert.deepEqual(read.told, told)
    assert.deepEqual(read.rows, rows)
  })

test('a duplicate names both lines', async () => {
  const { findings } = await pu('id\n7\n8\n7\n')
  assert.equal(findings[0]?.message, 'The id 7 stands on line 2 and again on line 4')
})

test('ids stay unique over batches', async () => {
  const ids = Array.from({ length: 20_000 }, (_, at) => (at * 7919) % 20_011)
  const { rows, findings } = await pu(`id\n${ids.join('\n')}\n${ids[3]}\n${ids[15_000]}\n`)
  assert.equal(rows.length, 20_000)
  assert.deepEqual(
    findings.map(({ message }) => message),
    [
      `The id ${ids[3]} stands on line 5 and again on line 20002`,
      `The id ${ids[15_000]} stands on line 15002 and again on line 20003`,
    ],
  )
})

test.run()
