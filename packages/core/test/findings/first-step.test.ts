import assert from 'node:assert/strict'
import { firstStep, type NewFinding } from '@piecework/core/piece'
import fc from 'fast-check'
import { suite } from 'uvu'

const test = suite('what to do first')

const finding = (rest: Partial<NewFinding>): NewFinding => ({
  severity: 'error',
  code: 'a/b',
  message: 'it is wrong',
  ...rest,
})
const cost = finding({ file: 'pu.dat', line: 2, message: 'cost is -5' })
const early = finding({ severity: 'warning', file: 'input.dat', line: 1, message: 'BLM is missing.' })
const unknown = finding({ file: 'bound.dat', line: 7, message: 'unit 9 is unknown', hint: 'Add it.' })
const whole = finding({ file: 'pu.dat', message: 'units have no row' })
const files = ['input.dat', 'pu.dat', 'bound.dat']

test('nothing, warnings only, errors', () => {
  assert.equal(firstStep([]), 'There is nothing to mend.')
  assert.equal(
    firstStep([early]),
    'Nothing has to be mended; look at line 1 of input.dat first: BLM is missing.',
  )
  assert.equal(firstStep([early, cost]), 'Mend line 2 of pu.dat first: cost is -5.')
  assert.equal(firstStep([finding({})]), 'Mend this first: it is wrong.')
})

test('the hint is in it, without the lines that it may end with', () => {
  assert.equal(firstStep([unknown]), 'Mend line 7 of bound.dat first: unit 9 is unknown (Add it).')
  const text = { ...unknown, hint: 'Save this:\n\nBLM 1\n' }
  assert.equal(firstStep([text]), 'Mend line 7 of bound.dat first: unit 9 is unknown (Save this).')
})

test('what stopped the work counts if there are no errors', () => {
  const error = { message: 'The database is gone.' }
  assert.equal(firstStep([early], { error }), 'Look at this first: The database is gone.')
  assert.equal(firstStep([cost], { error }), 'Mend line 2 of pu.dat first: cost is -5.')
})

test('causes come before what follows from them, in whatever order they were found', () =>
  fc.assert(
    fc.property(fc.shuffledSubarray([early, unknown, whole, cost], { minLength: 4 }), (found) => {
      assert.equal(firstStep(found, { files }), 'Mend line 2 of pu.dat first: cost is -5.')
      assert.equal(firstStep(found), 'Mend line 7 of bound.dat first: unit 9 is unknown (Add it).')
    }),
  ))

test('a default that was taken is looked at after all other warnings', () => {
  const taken = finding({ severity: 'warning', code: 'a/key-default', file: 'input.dat', message: 'it is 1' })
  const skipped = finding({ severity: 'warning', file: 'output', message: 'a run is left out' })
  for (const found of [
    [taken, skipped],
    [skipped, taken],
  ])
    assert.equal(
      firstStep(found, { files }),
      'Nothing has to be mended; look at output first: a run is left out.',
    )
  assert.equal(firstStep([taken]), 'Nothing has to be mended; look at input.dat first: it is 1.')
})

test('many things without what belongs to them are looked at before all other warnings, in the order of files', () => {
  const warning = (rest: Partial<NewFinding>) => finding({ severity: 'warning', ...rest })
  const units = { code: 'a/unit-without-geometry', file: 'pu.dat', line: 9, message: 'units have no shape' }
  const rows = warning({ code: 'a/unit-unknown', file: 'bound.dat', message: 'rows are skipped', count: 900 })
  const form = warning({ code: 'a/integer-form', file: 'pu.dat', line: 2, message: '2.0 is 2', count: 500 })
  const many = warning({ ...units, count: 40 })
  fc.assert(
    fc.property(fc.shuffledSubarray([early, form, rows, many], { minLength: 4 }), (found) => {
      assert.match(firstStep(found, { files }), /line 9 of pu.dat first: units have no shape/)
      assert.match(firstStep([...found, whole], { files }), /^Mend pu.dat first: units have no row/)
    }),
  )
  assert.match(firstStep([warning(units), form, early], { files }), /line 1 of input.dat first: BLM/)
})

test('a record is not told to be a line', () => {
  const record = finding({ file: 'planning-grid', line: 3, message: 'The id of record 3 is empty' })
  assert.equal(firstStep([record]), 'Mend planning-grid first: The id of record 3 is empty.')
})

test.run()
