import assert from 'node:assert/strict'
import {
  byteCorruption,
  cases,
  several,
  tableCorruption,
} from '@piecework/test-support/fixtures/corruption.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { resultsValidator } from '#internal/results/results-validator.js'
import { validate } from '../validators/support.js'
import { anyOutput, inputsOf } from './support/any-output.js'
import { outputZip } from './support/output-zip.js'
import { plainResults } from './support/plain-results.js'
import { readResults } from './support/read-results.js'
import { outputEntries } from './support/small-output.js'

const test = suite('corrupted output folders')

test('what has no errors is read as an independent reader reads it', async () => {
  await fc.assert(
    fc.asyncProperty(anyOutput, async (output) => {
      const entries = outputEntries(outputZip(output.files), inputsOf(output))
      const told = (await validate(resultsValidator, entries)).map(({ code, count }) => [code, count])
      assert.deepEqual(told, output.leftover > 0 ? [['legacy/run-without-summary', output.leftover]] : [])
      assert.deepEqual(await readResults(entries), plainResults(output.files, 'out'))
    }),
    cases(100),
  )
})

test('a corrupted file is refused, or read as an independent reader reads it', async () => {
  const file = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  let refused = 0
  let read = 0
  await fc.assert(
    fc.asyncProperty(anyOutput, file, several(tableCorruption), async (output, where, corrupt) => {
      const names = Object.keys(output.files)
      const name = names[Math.floor(where * names.length)] ?? assert.fail()
      const files = { ...output.files, [name]: corrupt(Buffer.from(output.files[name] ?? '')) }
      const entries = outputEntries(outputZip(files), inputsOf(output))
      const errors = (await validate(resultsValidator, entries)).filter(
        ({ severity }) => severity === 'error',
      )
      if (errors.length > 0) {
        refused += 1
        assert.ok(errors.every((error) => error.file !== undefined))
        return
      }
      read += 1
      assert.deepEqual(await readResults(entries), plainResults(files, 'out'), String(files[name]))
    }),
    cases(400),
  )
  assert.ok(refused > 0 && read > 0)
})

test('a corrupted zip is refused or changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(anyOutput, several(byteCorruption), async (output, corrupt) => {
      const zip = corrupt(outputZip(output.files))
      const findings = await validate(resultsValidator, outputEntries(zip, inputsOf(output)))
      // Names of files are not in a checksum: one that is changed is a file that is not needed, or of another
      // run.
      if (findings.length > 0) return
      const left = await readResults(outputEntries(zip, inputsOf(output)))
      assert.deepEqual(left.runs, plainResults(output.files, 'out').runs)
    }),
    cases(200),
  )
})

test.run()
