import assert from 'node:assert/strict'
import type { NewFinding } from '@piecework/core/piece'
import { suite } from 'uvu'
import { type Files, findingsOf } from './support/project.js'

/**
 * Ten thousand rows with the same fault, and one row with another: both are told, the first one with its total, in a list that stays short.
 */
const test = suite('ten thousand rows with one fault')

const rows = 10_000
const ids = Array.from({ length: rows }, (_, at) => at + 1)
const table = (header: string, row: (id: number) => string, ...last: readonly string[]): string =>
  `${[header, ...ids.map(row), ...last].join('\n')}\n`

const pu = (row: (id: number) => string, ...last: readonly string[]): Files => ({
  'pu.dat': table('id,cost,status,xloc,yloc', row, ...last),
  'spec.dat': 'id,prop,spf,name\n7,0.3,2,Eel grass\n',
  'puvspr.dat': 'species,pu,amount\n7,10001,0.1\n',
  'bound.dat': 'id1,id2,boundary\n10001,10001,3\n',
  grid: [...ids, 10_001],
})
const units = table('id,cost', (id) => `${id},1`, '10001,1')
const spec = (row: (id: number) => string, ...last: readonly string[]): Files => ({
  'pu.dat': 'id,cost\n1,1\n',
  'spec.dat': table('id,prop,target,spf,name,targetocc,sepnum', row, ...last),
  'puvspr.dat': table('species,pu,amount', (id) => `${id},1,1`, '10001,1,1'),
  'bound.dat': 'id1,id2,boundary\n1,1,3\n',
  grid: [1],
})
const puvspr = (row: (id: number) => string, ...last: readonly string[]): Files => ({
  'pu.dat': units,
  'puvspr.dat': table('species,pu,amount', row, ...last),
  'bound.dat': 'id1,id2,boundary\n1,1,3\n',
  grid: [...ids, 10_001],
})
const bound = (row: (id: number) => string, ...last: readonly string[]): Files => ({
  'pu.dat': units,
  'bound.dat': table('id1,id2,boundary', row, ...last),
  grid: [...ids, 10_001],
})
const goodUnit = '10001,5,0,1,1'

interface Many {
  readonly files: Files
  readonly code: string
  readonly severity: 'error' | 'warning'
  /** Default: the number of rows. */
  readonly total?: number
  /** `code column` of the other fault. */
  readonly other?: string
}

const many: Readonly<Record<string, Many>> = {
  'costs with a decimal comma': {
    files: {
      ...pu((id) => `${id},1,0,1,1`),
      'pu.dat': table('id\tcost\tstatus', (id) => `${id}\t1,5\t0`, '10001\t5\t9,5'),
    },
    code: 'decimal-comma',
    severity: 'error',
    total: rows + 1,
    other: 'decimal-comma status',
  },
  'costs that are missing': {
    files: pu((id) => `${id},NA,0,1,1`, '10001,5,NA,1,1'),
    code: 'number-invalid',
    severity: 'error',
    total: rows + 1,
    other: 'number-invalid status',
  },
  'ids that are texts': {
    files: pu((id) => `PU${id},1,0,1,1`, '10001,NA,0,1,1'),
    code: 'number-invalid',
    severity: 'error',
    other: 'number-invalid cost',
  },
  'ids that are words': {
    files: pu((id) => `Unit ${id}b,1,0,1,1`, '10001,NA,0,1,1'),
    code: 'number-invalid',
    severity: 'error',
    other: 'number-invalid cost',
  },
  'costs below 0': {
    files: pu((id) => `${id},-1,0,1,1`, '10001,5,0,1,'),
    code: 'out-of-range',
    severity: 'error',
    other: 'value-empty yloc',
  },
  'rows with a field too many': {
    files: pu((id) => `${id},1,0,1,1,8`, '10001,-5,0,1,1'),
    code: 'field-count',
    severity: 'error',
    other: 'out-of-range cost',
  },
  'ids written as 1.0': {
    files: pu((id) => `${id}.0,1,0,1,1`, '10001,-5,0,1,1'),
    code: 'integer-form',
    severity: 'warning',
    other: 'out-of-range cost',
  },
  'ids that come twice': {
    files: pu((id) => `${id},1,0,1,1\n${id},1,0,1,1`, '10001,-5,0,1,1'),
    code: 'id-duplicate',
    severity: 'error',
    other: 'out-of-range cost',
  },
  'units that are not in the grid': {
    files: { ...pu((id) => `${id},1,0,1,1`, goodUnit), grid: [10_001, 10_002] },
    code: 'unit-without-geometry',
    severity: 'warning',
    other: 'unit-without-row undefined',
  },
  'units of the grid without a row': {
    files: { ...pu((id) => `${id + 20_000},1,0,1,1`, goodUnit), grid: [...ids, 10_001] },
    code: 'unit-without-row',
    severity: 'error',
    other: 'unit-without-geometry id',
  },
  'features without a name': {
    files: spec((id) => `${id},0.5,-1,1,,0,1`, '10001,0.5,-1,-5,Last,0,1'),
    code: 'name-missing',
    severity: 'warning',
    other: 'out-of-range spf',
  },
  'features with both goals': {
    files: spec((id) => `${id},0.5,5,1,F${id},0,1`, '10001,0,0,1,Last,0,1'),
    code: 'prop-and-target',
    severity: 'error',
    other: 'nothing-to-conserve undefined',
  },
  'features with a goal of 0': {
    files: spec((id) => `${id},0,0,1,F${id},0,1`, '10001,0.5,5,1,Last,0,1'),
    code: 'nothing-to-conserve',
    severity: 'warning',
    other: 'prop-and-target undefined',
  },
  'features without a goal': {
    files: spec((id) => `${id},-1,,1,F${id},0,1`, '10001,0.5,5,1,Last,0,1'),
    code: 'prop-or-target',
    severity: 'error',
    other: 'prop-and-target undefined',
  },
  'targets that cannot be met': {
    files: spec((id) => `${id},-1,5,1,F${id},0,1`, '10001,-1,0,1,Last,0,1'),
    code: 'target-too-large',
    severity: 'warning',
    other: 'nothing-to-conserve undefined',
  },
  'values that are -1': {
    files: spec((id) => `${id},0.5,-1,1,F${id},0,-1`, '10001,0,0,1,Last,0,1'),
    code: 'value-not-set',
    severity: 'warning',
    other: 'nothing-to-conserve undefined',
  },
  'names with characters that cannot be seen': {
    files: spec((id) => `${id},0.5,-1,1,F\u200b${id},0,1`, '10001,0,0,1,Last,0,1'),
    code: 'invisible-characters',
    severity: 'warning',
    other: 'nothing-to-conserve undefined',
  },
  'features without amounts': {
    files: {
      ...spec((id) => `${id},0.5,-1,1,F${id},0,1`, '10001,0,0,1,Last,0,1'),
      'puvspr.dat': 'species,pu,amount\n10001,1,1\n',
    },
    code: 'feature-without-rows',
    severity: 'warning',
    other: 'nothing-to-conserve undefined',
  },
  'amounts of units that are not there': {
    files: puvspr((id) => `7,${id + 20_000},1`, '7,1,1', '7,1,1', '8,1,1'),
    code: 'unit-unknown',
    severity: 'warning',
    other: 'amount-duplicate undefined',
  },
  'amounts of a feature that is not there': {
    files: puvspr((id) => `9,${id},1`, '7,1,1', '7,1,1', '8,1,1'),
    code: 'feature-unknown',
    severity: 'error',
    other: 'amount-duplicate undefined',
    total: 1,
  },
  'amounts of features that are not there': {
    files: puvspr((id) => `${id + 100},1,1`, '7,1,1', '7,1,1', '8,1,1'),
    code: 'feature-unknown',
    severity: 'error',
    other: 'amount-duplicate undefined',
    total: 100,
  },
  'amounts that come twice': {
    files: puvspr((id) => `7,${id},1\n7,${id},1`, '8,1,1', '9,1,1'),
    code: 'amount-duplicate',
    severity: 'error',
    other: 'feature-unknown species',
  },
  'pairs in both directions': {
    files: bound((id) => `${id},${id + 1},1\n${id + 1},${id},1`, '1,1,2', '1,1,1'),
    code: 'boundary-duplicate',
    severity: 'warning',
    other: 'outer-boundary-duplicate undefined',
  },
  'pairs in both directions, with differences': {
    files: bound((id) => `${id},${id + 1},1\n${id + 1},${id},2`, '1,1,2', '1,1,1'),
    code: 'boundary-differs',
    severity: 'warning',
    other: 'outer-boundary-duplicate undefined',
  },
  'boundaries of units that are not there': {
    files: bound((id) => `${id},${id + 20_000},1`, '1,1,2', '1,1,1'),
    code: 'unit-unknown',
    severity: 'error',
    other: 'outer-boundary-duplicate undefined',
  },
}

const totalOf = (findings: readonly NewFinding[]): number =>
  Math.max(findings.length, ...findings.map(({ count = 1 }) => count))

for (const [what, { files, code, severity, total = rows, other }] of Object.entries(many))
  test(what, async () => {
    const findings = await findingsOf(files)
    const own = findings.filter((one) => one.code === `legacy/${code}` && one.severity === severity)
    assert.equal(totalOf(own), total, JSON.stringify(own.slice(0, 3)))
    if (severity === 'warning') assert.equal(own.length, 1)
    assert.ok(own.length <= 100)
    const told = findings.map((one) => `${one.code.replace('legacy/', '')} ${one.column}`)
    if (other !== undefined) assert.ok(told.includes(other), [...new Set(told)].join('\n'))
    for (const one of findings) assert.ok(one.message.length < 400, one.message)
    assert.ok(findings.length <= 104, `${findings.length} findings`)
  })

test.run()
