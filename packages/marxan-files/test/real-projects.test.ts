import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { basename, join } from 'node:path'
import { FindingCollector } from '@piecework/core/piece'
import { findMarxanFiles, readInputDat, readPu, readPuvspr, readSpec } from '@piecework/marxan-files'
import { skipUnless } from '@piecework/test-support'
import { haveSamples, sampleFolder, samplesMissing } from '@piecework/test-support/fixtures/samples.js'
import { suite } from 'uvu'

const test = skipUnless(haveSamples, samplesMissing, suite('real projects'))

/** How many findings of each code. */
function counts(findings: FindingCollector): Record<string, number> {
  const all: Record<string, number> = {}
  for (const { code, count } of findings.list()) all[code] = Math.max((all[code] ?? 0) + 1, count ?? 0)
  return all
}

const tables = { pu: readPu, spec: readSpec, puvspr: readPuvspr }

/** File, kind, rows, and what is told. */
const files: [string, keyof typeof tables, number, Record<string, number>][] = [
  ['reefs-321/input/pu.dat', 'pu', 321, {}],
  ['reefs-321/input/spec.dat', 'spec', 25, {}],
  ['reefs-321/input/spec_appended.dat', 'spec', 26, {}],
  ['reefs-321/input/puvspr2.dat', 'puvspr', 701, {}],
  ['reefs-321/input/puvspr2_appended.dat', 'puvspr', 1022, {}],
  ['hex-653/input/pu.dat', 'pu', 653, {}],
  ['hex-653/input/spec.dat', 'spec', 20, {}],
  ['hex-653/input/spec_connect.dat', 'spec', 21, {}],
  ['hex-653/input/puvspr.dat', 'puvspr', 974, {}],
  ['hex-653/input/puvspr_connect.dat', 'puvspr', 1301, {}],
  ['cloud-sample-12k/input/pu.dat', 'pu', 12_178, {}],
  ['cloud-sample-12k/input/spec.dat', 'spec', 59, { 'legacy/nothing-to-conserve': 54 }],
  ['cloud-sample-12k/input/puvsp.dat', 'puvspr', 36_859, {}],
  ['cloud-sample-12k/input/puvsp_sporder.dat', 'puvspr', 36_859, {}],
]

for (const [file, kind, rows, expected] of files)
  test(file, async () => {
    const findings = new FindingCollector()
    const options = { findings, file }
    const read: AsyncIterable<{ readonly length: number }> = tables[kind](
      createReadStream(join(sampleFolder, file)),
      options,
    )
    let count = 0
    for await (const { length } of read) count += length
    assert.equal(count, rows)
    assert.deepEqual(counts(findings), expected)
  })

const inputs: [string, Record<string, number>][] = [
  ['reefs-321/input_connect.dat', {}],
  ['reefs-321/input_no_connect.dat', {}],
  ['hex-653/input_connect.dat', {}],
  ['hex-653/input_no_connect.dat', {}],
  ['cloud-sample-12k/input.dat', { 'legacy/coolfac-unused': 1, 'legacy/parameter-default': 1 }],
]

for (const [file, expected] of inputs)
  test(file, async () => {
    const findings = new FindingCollector()
    await readInputDat(createReadStream(join(sampleFolder, file)), { findings })
    assert.deepEqual(counts(findings), expected)
  })

test('the folders are understood', async () => {
  const names = async (folder: string, input?: string) => {
    const found = await findMarxanFiles(join(sampleFolder, folder), input === undefined ? {} : { input })
    const [first = ''] = found.grid.kind === 'parts' ? found.grid.paths : [found.grid.path]
    return [found.input, found.pu, found.spec, found.puvspr, found.bound ?? '', first].map((path) =>
      basename(path),
    )
  }
  assert.deepEqual(await names('cloud-sample-12k'), [
    'input.dat',
    'pu.dat',
    'spec.dat',
    'puvsp.dat',
    'bound.dat',
    'pulayer.cpg',
  ])
  assert.deepEqual(await names('reefs-321'), [
    'input_connect.dat',
    'pu.dat',
    'spec_appended.dat',
    'puvspr2_appended.dat',
    '',
    'reefs.dbf',
  ])
  assert.deepEqual(await names('hex-653', 'input_no_connect.dat'), [
    'input_no_connect.dat',
    'pu.dat',
    'spec.dat',
    'puvspr.dat',
    'bound.dat',
    'hex_planning_units.dbf',
  ])
})

test.run()
