import assert from 'node:assert/strict'
import { join } from 'node:path'
import { skipUnless } from '@piecework/test-support'
import { haveSamples, sampleFolder, samplesMissing } from '@piecework/test-support/fixtures/samples.js'
import { suite } from 'uvu'
import { documentOf, told } from './support/document.js'
import { marxanCheck } from './support/marxan-check.js'

const test = skipUnless(haveSamples, samplesMissing, suite('marxan-check: real projects'))

const check = async (project: string, ...args: readonly string[]) =>
  documentOf(await marxanCheck([join(sampleFolder, project), ...args, '--json']))

/** Warnings that a project is known for, by file. */
const warnings = {
  'reefs-321': ['grid-id-spelling shapefile/reefs.shp', 'grid-shape-unrepaired shapefile/reefs.shp 314'],
  'hex-653': ['boundary-duplicate input/bound.dat'],
  'cloud-sample-12k': ['grid-id-spelling shapefile/pulayer.shp'],
}

const runs: readonly [keyof typeof warnings, readonly string[], number][] = [
  ['reefs-321', ['--input', 'input_no_connect.dat'], 321],
  ['reefs-321', ['--input', 'input_connect.dat'], 321],
  ['hex-653', ['--input', 'input_no_connect.dat', '--id-attribute', 'FID'], 653],
  ['hex-653', ['--input', 'input_connect.dat', '--id-attribute', 'FID'], 653],
  ['cloud-sample-12k', [], 12_000],
]
for (const [project, args, units] of runs)
  test(`${project} ${args.join(' ')}: no errors, and every warning that is due`, async () => {
    const document = await check(project, ...args)
    assert.deepEqual(
      document.findings.filter(({ severity }) => severity === 'error'),
      [],
    )
    assert.equal(document.exitCode, 0)
    const found = told(document).map((text) => text.replace('warning ', ''))
    for (const expected of warnings[project]) assert.ok(found.includes(expected), `${expected} in ${found}`)
    assert.ok(document.rows > 2 * units, String(document.rows))
    for (const role of ['planning-grid', 'input.dat', 'pu.dat', 'spec.dat', 'puvspr.dat'])
      assert.ok(document.files.some((file) => file.role === role && file.bytes > 0))
  })

test('hex-653 without its id attribute, for people: the one error names what it might be', async () => {
  const { stdout, code } = await marxanCheck([join(sampleFolder, 'hex-653')])
  assert.equal(code, 2)
  assert.match(
    stdout,
    /^shapefile\/hex_planning_units\.shp \(planning-grid\)\n {2}error .*: FID \(653 of 653\); the other files were not compared with it {2}/m,
  )
  assert.match(stdout, /: 1 error, /)
})

test.run()
