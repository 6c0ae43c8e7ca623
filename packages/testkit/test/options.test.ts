import assert from 'node:assert/strict'
import { inProcess } from '@piecework/runtime-inprocess'
import { optionTests } from '@piecework/test-support'
import * as testkit from '@piecework/testkit'
import { suite } from 'uvu'

const test = suite('options: laws')

const make = () => assert.fail('made')
const lawTest = () => undefined
const piece = { contract: 1, name: 'a/b', of: 'project', version: 1 }
const kind = { kind: 'project', table: 'projects', describe: make }

optionTests(test, [
  ...[testkit.artifactStoreLaws, testkit.guardLaws, testkit.runtimeLaws].map((laws) => ({
    name: `${laws.name}()`,
    options: () => ({ make, patienceMs: 10 }),
    call: (options: never) => laws(lawTest, options),
    wrong: { make: [undefined, inProcess()], patienceMs: [-1, '5', Number.NaN] },
  })),
  {
    name: 'jobStoreLaws()',
    options: () => ({ make, sql: true }),
    call: (options) => testkit.jobStoreLaws(lawTest, options),
    wrong: { make: [undefined, {}], sql: ['yes', 1] },
  },
  {
    name: 'pieceLaws()',
    options: () => ({
      piece,
      kind,
      database: make,
      sample: make,
      content: make,
      before: [piece],
      options: {},
      patienceMs: 10,
    }),
    call: (options) => testkit.pieceLaws(lawTest, options),
    opaque: ['piece', 'kind', 'before'],
    free: ['options'],
    wrong: {
      piece: [undefined, {}],
      kind: [undefined, 'project'],
      database: [undefined, {}],
      sample: [undefined],
      content: [undefined],
      before: [piece, [{}]],
      patienceMs: [-1],
    },
  },
])

test('each function that takes options is tried', () => {
  const laws = 'artifactStoreLaws guardLaws jobStoreLaws pieceLaws runtimeLaws'.split(' ')
  assert.deepEqual(Object.keys(testkit).sort(), laws)
})

test.run()
