import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { specValidator } from '#internal/features/spec-validator.js'
import { inputDatValidator } from '#internal/parameters/input-dat-validator.js'
import { told, uploads, validate } from './support.js'

const test = suite('files by themselves')

test('input.dat is checked', async () => {
  const findings = await validate(inputDatValidator, uploads({ 'input.dat': 'BLM -1\nNUMREPS 10\n' }))
  assert.equal(told(findings)[0], '! out-of-range input.dat 1 BLM')
  assert.equal(findings.filter(({ code }) => code === 'legacy/parameter-default').length, 19)
})

test('spec.dat is checked', async () => {
  const entries = uploads({ 'spec.dat': 'id,prop,spf\n1,0.5,1\n1,x,1\n' })
  assert.deepEqual(told(await validate(specValidator, entries)), [
    '? name-missing spec.dat name',
    '! number-invalid spec.dat 3 prop',
  ])
  assert.ok(
    told(await validate(specValidator, entries, { options: { names: 'required' } })).includes(
      '! name-missing spec.dat name',
    ),
  )
})

test.run()
