import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobReport } from '@piecework/core'
import type { ResourceRef } from '@piecework/core/piece'
import { assertMayRun } from '@piecework/pieces-scenario'
import { needsServer, skipUnless } from '@piecework/test-support'
import { haveSamples, sampleFolder, samplesMissing } from '@piecework/test-support/fixtures/samples.js'
import { suite } from 'uvu'
import { type Host, type HostDatabase, hostDatabase, hostOn } from '../end-to-end/support/host.js'
import { ann } from '../end-to-end/support/tiny-project.js'
import { bytes, sampleUploads, type Uploads } from '../importers/uploads.js'
import { exported, scenarioOf } from '../marxan/support/folder.js'
import { outputZip, sampleOutput } from './support/output-zip.js'
import { plainResults } from './support/plain-results.js'
import { storedResults } from './support/stored-results.js'

const test = skipUnless(haveSamples, samplesMissing, needsServer(suite('results of real projects')))
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

interface Input {
  readonly spec: string
  readonly puvspr: string
  readonly metadata?: Record<string, unknown>
  /** Whether an export of it is imported again. */
  readonly again: boolean
}

const inputs: Readonly<Record<string, Input>> = {
  'reefs-321 no_connect': { spec: 'spec.dat', puvspr: 'puvspr2.dat', again: false },
  'reefs-321 connect': { spec: 'spec_appended.dat', puvspr: 'puvspr2_appended.dat', again: true },
  'hex-653 no_connect': {
    spec: 'spec.dat',
    puvspr: 'puvspr.dat',
    metadata: { idAttribute: 'FID' },
    again: true,
  },
  'hex-653 connect': {
    spec: 'spec_connect.dat',
    puvspr: 'puvspr_connect.dat',
    metadata: { idAttribute: 'FID' },
    again: false,
  },
}

async function imported(
  name: string,
  uploads: Uploads,
): Promise<{ report: JobReport; project: ResourceRef }> {
  const job = await host.piecework.import({ format: 'legacy-marxan', uploads, principal: ann, name })
  const report = await job.ended()
  assert.equal(
    report.job.status,
    'succeeded',
    JSON.stringify([report.job.error, report.findings.slice(0, 5)], null, 1),
  )
  return { report, project: report.job.result.resource ?? assert.fail() }
}

const ofResults = ({ findings }: JobReport) =>
  findings
    .filter(({ piece }) => piece === 'legacy/results')
    .map(({ severity, code }) => `${severity} ${code}`)

for (const [sample, { metadata, again, ...files }] of Object.entries(inputs)) {
  const [project = '', scenario = ''] = sample.split(' ')
  test(`${sample}: runs, solutions and results of features are what the files say${again ? ', and what an export of them says' : ''}`, async () => {
    const others = () => sampleUploads(project, { input: `input_${scenario}.dat`, ...files }, metadata)
    const output = sampleOutput(project)
    const first = await imported(sample, {
      ...others(),
      output: { ...bytes(outputZip(output)), metadata: { solutionsAreLocked: true } },
    })
    // The folder holds the results of two scenarios; input.dat names one of them.
    assert.deepEqual(ofResults(first.report), ['warning legacy/output-choice'])
    const expected = plainResults(output, scenario)
    assert.equal(expected.runs.length, project === 'hex-653' ? 100 : 20)
    assert.equal(Object.keys(expected.selected).length, expected.runs.length)
    const stored = await storedResults(host.database, first.project.id)
    assert.deepEqual(stored, expected)

    const ref = await scenarioOf(host, first.project.id)
    const { rows } = await host.database.query(
      `SELECT ran_at_least_once, solutions_are_locked, (SELECT metadata FROM planning.run_summaries WHERE scenario_id = s.id AND run = 1)
       FROM planning.scenarios AS s WHERE id = $1`,
      [ref.id],
    )
    const text = readFileSync(join(sampleFolder, project, 'output', `${scenario}_sum.txt`), 'utf8')
    const [header = '', line = ''] = text.split('\n')
    const cells = line.split(',').map(Number)
    const columns = header.split(',').map((name) => name.replaceAll('"', ''))
    assert.deepEqual(rows[0], {
      ran_at_least_once: true,
      solutions_are_locked: true,
      metadata: Object.fromEntries(
        columns.flatMap((name, at) => (/^Connectivity_|^Missing/.test(name) ? [[name, cells[at]]] : [])),
      ),
    })
    await assert.rejects(assertMayRun(ref, host.database), { code: 'scenario/solutions-locked' })

    if (!again) return
    const folder = await exported(host, ref)
    const second = await imported(`${sample} again`, {
      ...others(),
      output: bytes(outputZip(folder.output)),
    })
    // The export's own input.dat names its scenario; here it is that of the project.
    assert.deepEqual(ofResults(second.report), ['warning legacy/output-scenario'])
    assert.deepEqual(await storedResults(host.database, second.project.id), stored)
    await assertMayRun(await scenarioOf(host, second.project.id), host.database)
  })
}

test.run()
