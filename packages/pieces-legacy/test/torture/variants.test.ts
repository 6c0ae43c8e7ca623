import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gridIds } from '@piecework/marxan-files'
import { skipUnless } from '@piecework/test-support'
import {
  haveSamples,
  sampleFolder,
  sampleGrid,
  samplesMissing,
} from '@piecework/test-support/fixtures/samples.js'
import { told } from '@piecework/test-support/fixtures/told.js'
import { uploadOf } from '@piecework/test-support/fixtures/upload-of.js'
import { suite } from 'uvu'
import { type FileName, findingsOf } from './support/project.js'

const test = skipUnless(haveSamples, samplesMissing, suite('every variant of the sample projects'))

interface Variant {
  readonly files: Readonly<Record<FileName, string>>
  readonly metadata?: Readonly<Record<string, unknown>>
  /** How many findings of each kind there are. */
  readonly told: Readonly<Record<string, number>>
}

const hex = { 'pu.dat': 'input/pu.dat', 'bound.dat': 'input/bound.dat' }
/**
 * As its SOURCE.md says: both prop and target, targets of 0.5 beside amounts of hundred thousands; and an
 * input.dat without one key and with a COOLFAC that is not used.
 */
const cloud = {
  '? coolfac-unused input.dat': 1,
  '? nothing-to-conserve spec.dat': 1,
  '? parameter-default input.dat': 1,
  '? target-like-prop spec.dat': 1,
}
const reefs = { 'pu.dat': 'input/pu.dat', 'bound.dat': '' }

const variants: Readonly<Record<string, readonly [project: string, Variant]>> = {
  'hex, connected': [
    'hex-653',
    {
      files: {
        ...hex,
        'input.dat': 'input_connect.dat',
        'spec.dat': 'input/spec_connect.dat',
        'puvspr.dat': 'input/puvspr_connect.dat',
      },
      metadata: { idAttribute: 'FID' },
      told: { '? boundary-duplicate bound.dat': 1 },
    },
  ],
  'hex, not connected': [
    'hex-653',
    {
      files: {
        ...hex,
        'input.dat': 'input_no_connect.dat',
        'spec.dat': 'input/spec.dat',
        'puvspr.dat': 'input/puvspr.dat',
      },
      metadata: { idAttribute: 'FID' },
      told: { '? boundary-duplicate bound.dat': 1 },
    },
  ],
  'reefs, connected': [
    'reefs-321',
    {
      files: {
        ...reefs,
        'input.dat': 'input_connect.dat',
        'spec.dat': 'input/spec_appended.dat',
        'puvspr.dat': 'input/puvspr2_appended.dat',
      },
      told: {},
    },
  ],
  'reefs, not connected': [
    'reefs-321',
    {
      files: {
        ...reefs,
        'input.dat': 'input_no_connect.dat',
        'spec.dat': 'input/spec.dat',
        'puvspr.dat': 'input/puvspr2.dat',
      },
      told: {},
    },
  ],
  'cloud, by planning unit': [
    'cloud-sample-12k',
    {
      files: {
        'input.dat': 'input.dat',
        'pu.dat': 'input/pu.dat',
        'bound.dat': 'input/bound.dat',
        'spec.dat': 'input/spec.dat',
        'puvspr.dat': 'input/puvsp.dat',
      },
      told: cloud,
    },
  ],
  'cloud, by species': [
    'cloud-sample-12k',
    {
      files: {
        'input.dat': 'input.dat',
        'pu.dat': 'input/pu.dat',
        'bound.dat': 'input/bound.dat',
        'spec.dat': 'input/spec.dat',
        'puvspr.dat': 'input/puvsp_sporder.dat',
      },
      told: cloud,
    },
  ],
}

for (const [name, [project, { files, metadata, told: expected }]] of Object.entries(variants))
  test(name, async () => {
    const grid: number[] = []
    for await (const ids of gridIds(uploadOf(sampleGrid(project), metadata))) grid.push(...ids)
    const content = Object.fromEntries(
      Object.entries(files)
        .filter(([, path]) => path !== '')
        .map(([file, path]) => [file, readFileSync(join(sampleFolder, project, path))]),
    )
    // The bound.dat of the small project has nothing to do with this one.
    const findings = (await findingsOf({ ...content, grid })).filter(
      ({ file }) => file !== undefined && file in content,
    )
    const counts: Record<string, number> = {}
    for (const one of told(findings)) {
      const kind = one.split(' ').slice(0, 3).join(' ')
      counts[kind] = (counts[kind] ?? 0) + 1
    }
    assert.deepEqual(counts, expected)
  })

test.run()
