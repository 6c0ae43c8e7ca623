import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { needsServer, skipUnless } from '@piecework/test-support'
import {
  haveSamples,
  sampleFolder,
  sampleGrid,
  samplesMissing,
} from '@piecework/test-support/fixtures/samples.js'
import { suite } from 'uvu'
import { type Host, type HostDatabase, hostDatabase, hostOn } from '../end-to-end/support/host.js'
import { ann } from '../end-to-end/support/tiny-project.js'
import { bytes, type Uploads } from '../importers/uploads.js'
import { byRole, exported, scenarioOf } from './support/folder.js'
import { naturalRows } from './support/natural-rows.js'
import { problemOf, type Texts } from './support/problem.js'
import { readAsV4 } from './support/v4.js'

const test = skipUnless(haveSamples, samplesMissing, needsServer(suite('real projects as Marxan folders')))
let db: HostDatabase
let host: Host

test.before(async () => {
  db = await hostDatabase()
  host = await hostOn(db)
})
test.after(async () => {
  await host.stop()
  await db.drop()
})

/** Told of the problem itself, however it is written. */
const aboutTheProblem = ['legacy/nothing-to-conserve', 'legacy/coolfac-unused']

interface Sample {
  readonly files: Readonly<Record<string, string>>
  readonly idAttribute?: string
}

const samples: Readonly<Record<string, Sample>> = {
  'reefs-321': {
    files: {
      'input.dat': 'input_no_connect.dat',
      'pu.dat': 'input/pu.dat',
      'spec.dat': 'input/spec.dat',
      'puvspr.dat': 'input/puvspr2.dat',
    },
  },
  'hex-653': {
    files: {
      'input.dat': 'input_no_connect.dat',
      'pu.dat': 'input/pu.dat',
      'spec.dat': 'input/spec.dat',
      'puvspr.dat': 'input/puvspr.dat',
      'bound.dat': 'input/bound.dat',
    },
    idAttribute: 'FID',
  },
  'cloud-sample-12k': {
    files: {
      'input.dat': 'input.dat',
      'pu.dat': 'input/pu.dat',
      'spec.dat': 'input/spec.dat',
      'puvspr.dat': 'input/puvsp.dat',
      'bound.dat': 'input/bound.dat',
    },
  },
}

async function imported(name: string, { idAttribute }: Sample, texts: Texts) {
  const grid = { ...bytes(sampleGrid(name)), metadata: idAttribute === undefined ? {} : { idAttribute } }
  const uploads: Uploads = {
    'planning-grid': grid,
    ...Object.fromEntries(Object.entries(texts).map(([role, text]) => [role, bytes(text)])),
  }
  const job = await host.piecework.import({ format: 'legacy-marxan', uploads, principal: ann, name })
  const { resource } = await job.result()
  return { project: resource?.id ?? assert.fail() }
}

for (const [name, sample] of Object.entries(samples))
  test(`${name}: folder, project, folder, project: the same problem, and the same rows`, async () => {
    const texts = Object.fromEntries(
      Object.entries(sample.files).map(([role, path]) => [
        role,
        readFileSync(join(sampleFolder, name, path)),
      ]),
    )
    const first = await imported(name, sample, texts)
    const folder = await exported(host, await scenarioOf(host, first.project))
    assert.deepEqual(
      folder.report.findings.filter(({ piece }) => piece.startsWith('scenario/marxan')),
      [],
    )
    readAsV4(folder.input)
    const before = await problemOf(texts)
    const after = await problemOf(byRole(folder.input))
    assert.deepEqual(after.problem, before.problem)
    assert.deepEqual(
      after.findings.filter(({ code }) => !aboutTheProblem.includes(code)),
      [],
    )
    const second = await imported(name, sample, byRole(folder.input))
    const rows = await naturalRows(host.database, first.project)
    assert.ok((rows.scenario_feature_amounts?.length ?? 0) > 0)
    assert.deepEqual(await naturalRows(host.database, second.project), rows)
    const again = await exported(host, await scenarioOf(host, second.project))
    assert.deepEqual(again.input, folder.input)
  })

test.run()
