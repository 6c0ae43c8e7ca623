import assert from 'node:assert/strict'
import type { JobReport } from '@piecework/core'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { carried } from '../importers/carried.js'
import { type PlanningHost, planningHost } from '../importers/planning-host.js'
import { smallProject } from '../importers/small-project.js'
import { bytes } from '../importers/uploads.js'
import { outputZip } from './support/output-zip.js'
import { features } from './support/small-output.js'
import { storedResults } from './support/stored-results.js'

const test = needsServer(suite('import of an output folder'))
const principal = { id: 'ann' }
let host: PlanningHost

test.before(async () => {
  host = await planningHost()
})
test.after(() => host.stop())

/** Units 1 to 4 of the grid and 5, which only pu.dat has; features 0, 7 and 8. */
const input = {
  'input.dat': 'SCENNAME out\n',
  'pu.dat': 'id,cost,status\n1,10,0\n2,20.5,1\n3,0,2\n4,1e3,3\n5,1,0\n',
}
const output = {
  'out_sum.csv':
    'Run_Number,Score,Planning_Units,Boundary Length,Note,Missing Values,MPM\n3,5,1,7.5,,4,nan\n2,5,3,8,slow,0,1\n1,6,0,9,NA,1,0.5\n',
  'out_solutionsmatrix.csv': 'SolutionsMatrix,P5,P4,P3,P2,P1\nS3,0,0,0,0,1\nS1,0,0,0,0,0\nS2,1,1,0,1,0\n',
  // Of the two with the lowest score.
  'out_best.dat': '5\n4\n2\n1,0\n3,0\n',
  'out_mv00003.csv': features(
    '7,Eel, grass,1,1.5,0,2,0,-2,yes,1',
    '8,,6,4,0,1,0,0,no,0.75',
    '0,Sand,0,0,0,0,0,0,,1',
  ),
  'out_mvbest.csv': features(
    '7,Eel, grass,1,2.5,0,2,0,0,yes,1',
    '8,,6,3,0,1,0,0,no,0.5',
    '0,Sand,0,0,0,0,0,0,yes,1',
  ),
}

async function imported(
  files: Readonly<Record<string, string | undefined>>,
  metadata = {},
): Promise<JobReport> {
  const there = Object.fromEntries(
    Object.entries(files).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
  )
  const uploads = { ...smallProject(input), output: { ...bytes(outputZip(there)), metadata } }
  return (await host.piecework.import({ format: 'legacy-marxan', uploads, principal, name: 'Small' })).ended()
}

const flags = async ({ job }: JobReport) => {
  const { rows } = await host.database.query(
    'SELECT ran_at_least_once AS ran, solutions_are_locked AS locked, state FROM planning.scenarios WHERE project_id = $1',
    [job.result.resource?.id],
  )
  return rows
}

test('every table holds what the files say; what the grid lacks is skipped and told', async () => {
  const report = await imported(output)
  assert.equal(report.job.status, 'succeeded', JSON.stringify(report.findings))
  const project = report.job.result.resource?.id ?? ''
  assert.deepEqual(await storedResults(host.database, project), {
    runs: [
      [1, 6, null, 0, 9, null, null, 0.5],
      [2, 5, null, 3, 8, null, null, 1],
      [3, 5, null, 1, 7.5, null, null, null],
    ],
    best: 2,
    selected: { 2: [2, 4], 3: [1] },
    features: [
      // Run 2 has no file of its own, and is the best one.
      [2, 0, 0, 0, 0, true, 1],
      [2, 7, 2.5, 2, 0, true, 1],
      [2, 8, 3, 1, 0, false, 0.5],
      [3, 0, 0, 0, 0, null, 1],
      [3, 7, 1.5, 2, -2, true, 1],
      [3, 8, 4, 1, 0, false, 0.75],
    ],
  })
  const { rows } = await host.database.query<{ metadata: unknown }>(
    `SELECT metadata FROM planning.run_summaries WHERE scenario_id IN (SELECT id FROM planning.scenarios WHERE project_id = $1)
     ORDER BY run`,
    [project],
  )
  assert.deepEqual(
    rows.map(({ metadata }) => metadata),
    [{ Missing_Values: 1, Note: 'NA' }, { Missing_Values: 0, Note: 'slow' }, { Missing_Values: 4 }],
  )
  const node = report.nodes.find(({ task, piece }) => task === 'import' && piece === 'legacy/results')
  assert.deepEqual(carried(node?.counts), { rows: 3 + 3 + 6, skipped: 1 })
  assert.ok(
    report.findings.some(({ piece, code }) => piece === 'legacy/results' && code === 'legacy/rows-skipped'),
  )
  assert.deepEqual(await flags(report), [{ ran: true, locked: false, state: 'ready' }])
})

test('a tie that no file decides: the first is the best, and nothing is taken for its own', async () => {
  const report = await imported({ ...output, 'out_best.dat': undefined })
  assert.equal(report.job.status, 'succeeded', JSON.stringify(report.findings))
  const { best, features } = await storedResults(host.database, report.job.result.resource?.id ?? '')
  assert.equal(best, 2)
  assert.deepEqual([...new Set(features.map(([run]) => run))], [3])
  assert.ok(report.findings.some(({ code }) => code === 'legacy/best-tie'))
})

test('what longer executions left behind is not imported', async () => {
  const leftover = {
    'out_r00004.csv': '\0',
    'out_mv00001.csv': '',
    'out_mv00005.csv': features('7,,4,5,0,2,0,0,yes,1'),
  }
  const summary = output['out_sum.csv'].replace(/^1,.*\n/m, '')
  const report = await imported({ ...output, ...leftover, 'out_sum.csv': summary })
  assert.equal(report.job.status, 'succeeded', JSON.stringify(report.findings))
  const stored = await storedResults(host.database, report.job.result.resource?.id ?? '')
  assert.deepEqual(
    stored.runs.map(([run]) => run),
    [2, 3],
  )
  assert.deepEqual(stored.selected, { 2: [2, 4], 3: [1] })
  assert.deepEqual([...new Set(stored.features.map(([run]) => run))], [2, 3])
  const told = report.findings.filter(({ code }) => code === 'legacy/run-without-summary')
  assert.deepEqual(
    told.map(({ count }) => count),
    [3],
  )
})

test('results that are left out are neither checked nor imported', async () => {
  const uploads = { ...smallProject(input), output: bytes('no zip') }
  const options = { 'legacy/results': { skip: true } }
  const job = await host.piecework.import({
    format: 'legacy-marxan',
    uploads,
    principal,
    name: 'Bare',
    options,
  })
  const report = await job.ended()
  assert.equal(report.job.status, 'succeeded', JSON.stringify(report.findings))
  assert.deepEqual(await flags(report), [{ ran: false, locked: false, state: 'ready' }])
})

test('solutions are locked when the upload asks for it', async () => {
  assert.deepEqual(await flags(await imported(output, { solutionsAreLocked: true })), [
    { ran: true, locked: true, state: 'ready' },
  ])
})

test('without an output folder the scenario has not run', async () => {
  const uploads = smallProject(input)
  const job = await host.piecework.import({ format: 'legacy-marxan', uploads, principal, name: 'Bare' })
  assert.deepEqual(await flags(await job.ended()), [{ ran: false, locked: false, state: 'ready' }])
})

test('all problems at once: an error in a result refuses the whole import before anything is written', async () => {
  const report = await imported({
    ...output,
    'out_solutionsmatrix.csv': output['out_solutionsmatrix.csv'].replace('S3,0', 'S3,x'),
  })
  assert.equal(report.job.status, 'failed')
  const [error, ...others] = report.findings.filter(({ severity }) => severity === 'error')
  assert.deepEqual(others, [])
  const { code, file, line, column, piece } = error ?? {}
  assert.deepEqual(
    { code, file, line, column, piece },
    {
      code: 'legacy/solution-invalid',
      file: 'out_solutionsmatrix.csv',
      line: 2,
      column: 'P5',
      piece: 'legacy/results',
    },
  )
  assert.ok(report.nodes.every(({ task, status }) => task !== 'import' || status !== 'done'))
})

test.run()
