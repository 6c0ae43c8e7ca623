import assert from 'node:assert/strict'
import { Findings, type ReadSpecOptions, readSpec } from '@piecework/pieces-legacy'
import { suite } from 'uvu'
import { chunks, told } from './support.js'

const test = suite('spec.dat')

async function spec(text: string, options: Pick<ReadSpecOptions, 'names'> = {}) {
  const findings = new Findings()
  const rows: unknown[][] = []
  for await (const { length, columns } of readSpec(chunks(text), { ...options, findings }))
    for (let row = 0; row < length; row += 1)
      rows.push([
        columns.id[row],
        columns.prop[row],
        columns.target[row],
        columns.spf[row],
        columns.name[row],
      ])
  return { rows, told: told(findings) }
}

const none = Number.NaN

/** Text, the rows it reads as (id, prop, target, spf, name) and what is told. */
const cases: Record<string, [text: string, rows: unknown[][], told: string[]]> = {
  prop: ['id,prop,spf,name\n1,0.3,2,a\n', [[1, 0.3, none, 2, 'a']], []],
  target: ['id,target,fpf,name\n1,50.430578,2,a\n', [[1, none, 50.430578, 2, 'a']], []],
  'spf is 1 by default': ['id,prop,name\n1,1,a\n', [[1, 1, none, 1, 'a']], []],
  'both columns, 0 in one': [
    'id,prop,target,name\n1,0.0,0.5,a\n2,0.5,0,b\n',
    [
      [1, none, 0.5, 1, 'a'],
      [2, 0.5, none, 1, 'b'],
    ],
    [],
  ],
  'both columns, -1 or nothing in one': [
    'id,prop,target,name\n1,-1,5,a\n2,0.5,,b\n',
    [
      [1, none, 5, 1, 'a'],
      [2, 0.5, none, 1, 'b'],
    ],
    [],
  ],
  'both set': ['id,prop,target,name\n1,0.3,0.5,a\n', [], ['! prop-and-target 2']],
  'neither given': ['id,prop,target,name\n1,,-1,a\n', [], ['! prop-or-target 2']],
  'neither column': ['id,spf,name\n1,1,a\n', [], ['! column-missing prop']],
  'given but 0': ['id,prop,name\n1,0,a\n', [[1, 0, none, 1, 'a']], ['? nothing-to-conserve 2']],
  'both given, both 0': [
    'id,prop,target,name\n1,0,0,a\n',
    [[1, 0, none, 1, 'a']],
    ['? nothing-to-conserve 2'],
  ],
  'prop above 1': ['id,prop,name\n1,1.5,a\n', [], ['! out-of-range 2 prop']],
  'prop below 0': ['id,prop,name\n1,-0.5,a\n', [], ['! out-of-range 2 prop']],
  'target below 0': ['id,target,name\n1,-5,a\n', [], ['! out-of-range 2 target']],
  'prop NA': ['id,prop,name\n1,NA,a\n', [], ['! number-invalid 2 prop']],
  'spf below 0': ['id,prop,spf,name\n1,0.1,-1,a\n', [], ['! out-of-range 2 spf']],
  'an empty spf': ['id,prop,spf,name\n1,0.1,,a\n', [], ['! value-empty 2 spf']],
  'a duplicate id': ['id,prop,name\n1,0.1,a\n1,0.1,b\n', [[1, 0.1, none, 1, 'a']], ['! id-duplicate 3 id']],
  'a duplicate name': [
    'id,prop,name\n1,0.1,a\n2,0.1,a\n',
    [[1, 0.1, none, 1, 'a']],
    ['! name-duplicate 3 name'],
  ],
  'no names': [
    'id,prop\n7,0.1\n8,0.1\n',
    [
      [7, 0.1, none, 1, 'Unnamed Feature #1'],
      [8, 0.1, none, 1, 'Unnamed Feature #2'],
    ],
    ['? name-missing name'],
  ],
  'an empty name': [
    'id,prop,name\n7,0.1,a\n8,0.1, \n',
    [
      [7, 0.1, none, 1, 'a'],
      [8, 0.1, none, 1, 'Unnamed Feature #1'],
    ],
    ['? name-missing 3 name'],
  ],
  'a name like ours': [
    'id,prop,name\n7,0.1,Unnamed Feature #1\n8,0.1,\n',
    [
      [7, 0.1, none, 1, 'Unnamed Feature #1'],
      [8, 0.1, none, 1, 'Unnamed Feature #2'],
    ],
    ['? name-missing 3 name'],
  ],
}

for (const [name, [text, rows, told]] of Object.entries(cases))
  test(name, async () => {
    const read = await spec(text)
    assert.deepEqual(read.told, told)
    assert.deepEqual(read.rows, rows)
  })

test('names can be required', async () => {
  assert.deepEqual(await spec('id,prop,name\n7,0.1,\n8,0.1,a\n', { names: 'required' }), {
    rows: [[8, 0.1, none, 1, 'a']],
    told: ['! name-missing 2 name'],
  })
  const without = await spec('id,prop\n7,0.1\n', { names: 'required' })
  assert.deepEqual(without, { rows: [], told: ['! name-missing name'] })
})

const kept = ['target2', 'targetocc', 'sepnum', 'sepdistance', 'type'] as const

test('the other columns are kept, with decimals', async () => {
  const findings = new Findings()
  const text = `id,prop,name,${kept.join()}\n1,0.1,a,1.5,2,3,4.25,0.0\n`
  for await (const { columns } of readSpec(chunks(text), { findings }))
    assert.deepEqual(
      kept.map((name) => columns[name][0]),
      [1.5, 2, 3, 4.25, 0],
    )
  assert.deepEqual(told(findings), [])
})

for (const name of kept)
  test(`${name} is not negative`, async () => {
    assert.deepEqual((await spec(`id,prop,name,${name}\n1,0.1,a,-1\n`)).told, [`! out-of-range 2 ${name}`])
  })

test.run()
