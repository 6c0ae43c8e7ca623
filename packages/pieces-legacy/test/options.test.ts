import assert from 'node:assert/strict'
import * as legacy from '@piecework/pieces-legacy'
import { optionTests } from '@piecework/test-support'
import { suite } from 'uvu'

const test = suite('options: import of Marxan folders')

const checks = { invalidShapes: async () => [], coveredUnits: async () => [] }
const databases = { 'project/features': 'geo', 'project/feature-amounts': 'geo' }
const sizes = { 'planning-grid': 1e6, 'pu.dat': 1000, output: 1000 }

optionTests(test, [
  ...[legacy.legacyMarxan, legacy.legacyMarxanPack].map((make) => ({
    name: `${make.name}()`,
    options: () => ({ maxBytes: { ...sizes }, databases: { ...databases } }),
    call: (options: never) => make(options),
    wrong: {
      databases: [5, 'geo'],
      'databases.project/features': [5, ''],
      'databases.project/feature-amounts': [5, ''],
      maxBytes: [5, 'small'],
      'maxBytes.pu.dat': [],
      'maxBytes.output': [0, -1, 0.5, 1e18, Number.NaN, '5'],
    },
  })),
  {
    name: 'legacyPieces()',
    options: () => ({ checks: { ...checks }, databases: { ...databases } }),
    call: legacy.legacyPieces,
    wrong: {
      checks: [{}, true],
      'checks.invalidShapes': [undefined, true],
      'checks.coveredUnits': [7],
      databases: [5, 'geo'],
      'databases.project/features': [5, ''],
      'databases.project/feature-amounts': [5, ''],
    },
  },
])

test('a role that does not exist is refused with the role that was meant', () => {
  assert.throws(
    () => legacy.legacyMarxanPack({ maxBytes: { 'pu.dta': 1 } } as never),
    /legacyMarxanPack\(\) has no option "maxBytes\['pu\.dta'\]"; did you mean "maxBytes\['pu\.dat'\]"\?/,
  )
})

test('tables that one piece writes together cannot be in two databases', () => {
  assert.throws(
    () => legacy.legacyMarxanPack({ databases: { 'project/features': 'geo' } }),
    /writes project\/features and project\/feature-amounts together/,
  )
})

test('each function that takes options is tried', () => {
  const functions = Object.entries(legacy).flatMap(([name, value]) =>
    typeof value === 'function' ? [name] : [],
  )
  const tried = 'legacyMarxan legacyMarxanPack legacyPieces'
  assert.deepEqual(functions.sort(), tried.split(' '))
})

test.run()
