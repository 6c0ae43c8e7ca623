import assert from 'node:assert/strict'
import { inProcess } from '@piecework/runtime-inprocess'
import {
  compareResources,
  fleet,
  optionTests,
  postgresServer,
  scratchDatabase,
} from '@piecework/test-support'
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
    name: 'fileStoreLaws()',
    options: () => ({ make }),
    call: (options: never) => testkit.fileStoreLaws(lawTest, options),
    wrong: { make: [undefined, {}] },
  },
  {
    name: 'targetLaws()',
    options: () => ({ make }),
    call: (options: never) => testkit.targetLaws(lawTest, options),
    wrong: { make: [undefined, {}] },
  },
  {
    name: 'outputLaws()',
    options: () => ({
      output: { name: 'a/b', mediaType: 'text/plain', fileName: make, assemble: make },
      pieces: [{ piece: 'a/c', entries: {} }],
      options: {},
      patienceMs: 10,
    }),
    call: (options) => testkit.outputLaws(lawTest, options),
    opaque: ['output', 'pieces'],
    free: ['options'],
    wrong: { output: [undefined, {}], pieces: [undefined, {}, [{ piece: 'a/c' }]], patienceMs: [-1] },
  },
  {
    name: 'jobStoreLaws()',
    options: () => ({ make, sql: true }),
    call: (options) => testkit.jobStoreLaws(lawTest, options),
    wrong: { make: [undefined, {}], sql: ['yes', 1] },
  },
  {
    name: 'momentLaws()',
    options: () => ({ make, write: make, read: make }),
    call: (options) => testkit.momentLaws(lawTest, options),
    wrong: { make: [undefined, {}], write: [undefined, 1], read: [undefined, 'n'] },
  },
  {
    name: 'simulationLaws()',
    options: () => ({ make, runtime: make, access: make, seeds: 2, firstSeed: 7 }),
    call: (options) => testkit.simulationLaws(lawTest, options),
    wrong: {
      make: [undefined, {}],
      runtime: [inProcess()],
      access: [{}],
      seeds: [0, '2'],
      firstSeed: [0.5],
    },
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
  {
    name: 'scratchDatabase()',
    options: () => ({ url: 'postgres://127.0.0.1:1/a', template: { name: 'a', prepare: make } }),
    call: scratchDatabase,
    refusalsOnly: true,
    wrong: { url: [7], template: ['a'], 'template.name': ['', undefined], 'template.prepare': [undefined] },
  },
  {
    name: 'postgresServer()',
    options: () => ({ programs: '/usr/lib/postgresql/15/bin', password: 'a' }),
    call: postgresServer,
    refusalsOnly: true,
    wrong: { programs: ['', 7], password: ['', 7] },
  },
  {
    name: 'fleet()',
    options: () => ({ script: new URL('file:///a.js'), args: [], env: { A: 'b' }, random: () => 0 }),
    call: fleet,
    opaque: ['script'],
    free: ['env'],
    wrong: { script: [undefined, '/a.js'], args: ['a'], env: [{ A: 7 }], random: [0.5] },
  },
  {
    name: 'compareResources()',
    options: () => ({
      schema: 's',
      root: 'r',
      from: 'a',
      to: 'b',
      jobs: [],
      differing: {},
      idsInside: {},
      keys: {},
    }),
    call: (comparison) =>
      compareResources({ query: async () => ({ rows: [], rowCount: 0 }), transaction: make }, comparison),
    free: ['differing', 'idsInside', 'keys'],
    wrong: {
      schema: ['', undefined],
      jobs: ['a', undefined],
      differing: [{ a: 'b' }],
      idsInside: [{ a: 7 }],
      keys: [{ a: 7 }],
    },
  },
])

test('each function that takes options is tried', () => {
  const laws =
    'artifactStoreLaws fileStoreLaws guardLaws jobStoreLaws momentLaws outputLaws pieceLaws runtimeLaws simulationLaws targetLaws'.split(
      ' ',
    )
  const withoutOptions = ['explained', 'planOf', 'sharedStore', 'simulate']
  assert.deepEqual(Object.keys(testkit).sort(), [...laws, ...withoutOptions].sort())
})

test.run()
