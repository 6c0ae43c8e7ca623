import assert from 'node:assert/strict'
import { FindingCollector } from '@piecework/core/piece'
import { isOutputError, openOutput } from '@piecework/marxan-files'
import { type ZipEntry, zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { resultsValidator } from '#internal/results/results-validator.js'
import { told, validate } from '../validators/support.js'
import { outputZip } from './support/output-zip.js'
import { outputEntries, smallOutput } from './support/small-output.js'

const test = suite('output folder: the zip')
const entries = Object.entries(smallOutput).map(
  ([name, text]): ZipEntry => ({ name, bytes: Buffer.from(text) }),
)
const toldOf = async (zip: Uint8Array) => told(await validate(resultsValidator, outputEntries(zip)))

test('hostile archives: what is no zip, or ends early, is refused', async () => {
  const zip = zipOf(entries)
  assert.deepEqual(await toldOf(Buffer.from('Run_Number,Score\n')), ['! output-zip output'])
  assert.deepEqual(await toldOf(Buffer.alloc(0)), ['! output-zip output'])
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: zip.length - 1 }), async (length) => {
      assert.deepEqual(await toldOf(zip.subarray(0, length)), ['! output-zip output'])
    }),
    {
      numRuns: 50,
      examples: [0, 1, 4, 30, zip.length - 23, zip.length - 22, zip.length - 21, zip.length - 1].map(
        (end) => [end],
      ),
    },
  )
})

test('hostile archives: unsafe paths are refused, whatever file they name', async () => {
  for (const name of ['../x.txt', '/etc/passwd', 'a/../../b', 'C:/b.txt', 'a\\..\\b'])
    assert.deepEqual(await toldOf(zipOf([...entries, { name, bytes: Buffer.from('x') }])), [
      '! output-path output',
    ])
})

test('hostile archives: an encrypted file is refused', async () => {
  const [first, ...others] = entries as [ZipEntry, ...ZipEntry[]]
  assert.deepEqual(await toldOf(zipOf([{ ...first, encrypted: true }, ...others])), [
    '! output-encrypted output',
  ])
})

test('hostile archives: each file that differs from its checksum or size, or is compressed in another way, is told by name', async () => {
  for (const { name } of entries.filter(({ name }) => !name.includes('best')))
    for (const lie of [{ statedCrc: 1 }, { statedSize: 5 }, { statedSize: 500_000 }, { method: 12 }]) {
      const zip = zipOf(entries.map((entry) => (entry.name === name ? { ...entry, ...lie } : entry)))
      const errors = (await toldOf(zip)).filter((line) => line.startsWith('! output-zip'))
      assert.deepEqual(errors, [`! output-zip ${name}`])
    }
})

test('hostile archives: what inflates beyond the limits is refused before it is read', async () => {
  const upload = outputEntries(outputZip(smallOutput))
  const refusedBy = async (limits: Parameters<typeof openOutput>[1]['limits'] & object) =>
    assert.rejects(
      openOutput(upload, { findings: new FindingCollector(), limits }),
      (error) => isOutputError(error) && error.code === 'legacy/output-too-large',
    )
  await refusedBy({ entries: entries.length - 1 })
  await refusedBy({ fileBytes: 100 })
  await refusedBy({ summaryBytes: 100 })
  await refusedBy({ totalBytes: 500 })
  await openOutput(upload, { findings: new FindingCollector(), limits: { entries: entries.length } })
})

test('hostile archives: a row without an end is given up', async () => {
  const endless = Buffer.alloc(3_000_000, 'x')
  for (const name of ['out_sum.csv', 'out_ssoln.csv', 'out_mv00001.csv', 'out_best.csv']) {
    const zip = zipOf(
      entries.map((entry) =>
        entry.name === name ? { ...entry, bytes: Buffer.concat([entry.bytes, endless]) } : entry,
      ),
    )
    const lines = (await toldOf(zip)).filter((line) => line.startsWith('! '))
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', new RegExp(`^! line-too-long ${name} \\d`))
  }
})

test('an aborted validation ends', async () => {
  const stop = new AbortController()
  stop.abort(new Error('enough'))
  await assert.rejects(
    validate(resultsValidator, outputEntries(zipOf(entries)), { signal: stop.signal }),
    /enough/,
  )
})

test.run()
