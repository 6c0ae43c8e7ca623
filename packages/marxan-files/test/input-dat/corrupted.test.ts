import assert from 'node:assert/strict'
import { FindingCollector } from '@piecework/core/piece'
import { readInputDat } from '@piecework/marxan-files'
import { chunks } from '@piecework/test-support/fixtures/chunks.js'
import {
  byteCorruption,
  type Corruption,
  cases,
  several,
  tableCorruption,
} from '@piecework/test-support/fixtures/corruption.js'
import { inputDat } from '@piecework/test-support/fixtures/marxan-folders.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { referenceInput } from './support/reference-input.js'

const test = suite('corrupted input.dat')

const text =
  `Input file for Annealing program.\n\nGeneral Parameters\n${inputDat}SAVERUN 3\nSAVESNAPFREQUENCY 100\nOUTPUTDIR output\n`
    .replace('BLM 1', 'BLM  1.40000000000000E+0001')
    .replace('NUMITNS 1000000', 'NUMITNS 1e6')

/** Words are the columns of this file. */
const words =
  (corrupt: Corruption): Corruption =>
  (bytes) =>
    Buffer.from(
      corrupt(Buffer.from(bytes.toString('latin1').replaceAll(' ', ','), 'latin1'))
        .toString('latin1')
        .replaceAll(',', ' '),
      'latin1',
    )

test('hostile archives: it is refused, or its parameters are those that an independent reading of its bytes says', async () => {
  let accepted = 0
  const corruption = several(fc.oneof(byteCorruption, tableCorruption.map(words)))
  await fc.assert(
    fc.asyncProperty(corruption, fc.constantFrom('\n', '\r\n', '\r'), async (corrupt, end) => {
      const changed = corrupt(Buffer.from(text.replaceAll('\n', end)))
      const findings = new FindingCollector()
      const { parameters } = await readInputDat(chunks(changed), { findings })
      const expected = referenceInput(changed)
      const bytes = JSON.stringify(changed.toString('latin1'))
      const codes = findings.list().map(({ severity, code, line }) => `${severity} ${code} ${line}`)
      assert.equal(findings.errors === 0, expected !== undefined, `${bytes}: ${codes.join()}`)
      if (!expected) return
      accepted += 1
      assert.deepEqual(parameters, expected, bytes)
    }),
    cases(400),
  )
  assert.ok(accepted > 0)
})

test.run()
