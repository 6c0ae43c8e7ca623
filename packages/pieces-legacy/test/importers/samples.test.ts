import assert from 'node:assert/strict'
import type { JobReport } from '@piecework/core'
import { type Finding, isPieceworkError } from '@piecework/core/piece'
import { needsServer, skipUnless } from '@piecework/test-support'
import { haveSamples, samplesMissing } from '@piecework/test-support/fixtures/samples.js'
import { suite } from 'uvu'
import { packInParts } from './pack-in-parts.js'
import { type PlanningHost, planningHost } from './planning-host.js'
import { sampleRows, sampleUploads, type Uploads } from './uploads.js'

const test = skipUnless(haveSamples, samplesMissing, needsServer(suite('import of real Marxan projects')))
const principal = { id: 'ann' }
let host: PlanningHost

test.before(async () => {
  host = await planningHost()
})
test.after(() => host.stop())

async function imported(name: string, uploads: Uploads): Promise<{ report: JobReport; project: string }> {
  const job = await host.piecework.import({ format: 'legacy-marxan', uploads, principal, name })
  const report = await job.ended()
  assert.equal(report.job.status, 'succeeded', JSON.stringify([report.job.error, report.findings], null, 1))
  return { report, project: report.job.result.resource?.id ?? '' }
}

async function one(sql: string, project: string): Promise<Record<string, unknown>> {
  const { rows } = await host.database.query(sql, [project])
  assert.equal(rows.length, 1)
  return rows[0] ?? {}
}

const hexFiles = { input: 'input_no_connect.dat', spec: 'spec.dat', puvspr: 'puvspr.dat' }
let hex: ReturnType<typeof imported> | undefined
/** One import for all tests that look at it. */
const hexagons = () =>
  (hex ??= imported('Hexagons', sampleUploads('hex-653', hexFiles, { idAttribute: 'FID' })))

const codes = (findings: readonly Finding[], prefix: string) =>
  findings.filter(({ code }) => code.startsWith(prefix)).map(({ code, severity }) => `${severity} ${code}`)

/** Units, costs, statuses and amounts of a project, summed, as its tables have them. */
const totals = (project: string) =>
  one(
    `SELECT (SELECT count(*) FROM planning.planning_units WHERE project_id = p.id)::integer AS units,
            (SELECT count(*) FROM planning.planning_units WHERE project_id = p.id AND ST_IsValid(geom))::integer AS valid,
            (SELECT sum(v.cost) FROM planning.cost_surface_values v JOIN planning.cost_surfaces s ON s.id = cost_surface_id
             WHERE s.project_id = p.id AND is_default) AS cost,
            (SELECT sum(cost) FROM planning.scenario_planning_units WHERE scenario_id = s.id) AS scenario_cost,
            (SELECT count(*) FROM planning.scenario_planning_units WHERE scenario_id = s.id AND lock_status = 'locked_in')::integer AS locked_in,
            (SELECT count(*) FROM planning.scenario_planning_units WHERE scenario_id = s.id AND lock_status = 'locked_out')::integer AS locked_out,
            (SELECT count(*) FROM planning.scenario_planning_units WHERE scenario_id = s.id AND in_starting_reserve)::integer AS reserved,
            (SELECT count(*) FROM planning.features WHERE project_id = p.id AND is_legacy)::integer AS features,
            (SELECT count(*) FROM planning.feature_amounts JOIN planning.features f ON f.id = feature_id
             WHERE f.project_id = p.id)::integer AS amounts,
            (SELECT round(sum(amount)::numeric, 3) FROM planning.scenario_feature_amounts JOIN planning.scenario_features f
             ON f.id = scenario_feature_id WHERE f.scenario_id = s.id)::float8 AS amount
     FROM planning.projects p JOIN planning.scenarios s ON s.project_id = p.id WHERE p.id = $1`,
    project,
  )

function expected(project: string, files: { readonly spec: string; readonly puvspr: string }) {
  const pu = sampleRows(project, 'pu.dat')
  const amounts = sampleRows(project, files.puvspr)
  const cost = pu.reduce((sum, { cost }) => sum + Number(cost), 0)
  const status = (wanted: string) => pu.filter((row) => row.status === wanted).length
  return {
    units: pu.length,
    valid: pu.length,
    cost,
    scenario_cost: cost,
    locked_in: status('2'),
    locked_out: status('3'),
    reserved: status('1'),
    features: sampleRows(project, files.spec).length,
    amounts: amounts.length,
    amount: Number(amounts.reduce((sum, { amount }) => sum + Number(amount), 0).toFixed(3)),
  }
}

test('reefs-321: pu_id is a warning, one polygon is repaired, targets become proportions', async () => {
  const files = { input: 'input_no_connect.dat', spec: 'spec.dat', puvspr: 'puvspr2.dat' }
  const { report, project } = await imported('Reefs', sampleUploads('reefs-321', files))
  assert.deepEqual(await totals(project), expected('reefs-321', files))
  assert.deepEqual(codes(report.findings, 'legacy/grid-'), [
    'warning legacy/grid-id-spelling',
    'warning legacy/grid-shape-repaired',
  ])
  const { rows } = await host.database.query<{
    marxan_id: number
    name: string
    prop: number
    target: number
    fpf: number
  }>(
    `SELECT marxan_id, name, prop, target, fpf FROM planning.scenario_features g JOIN planning.features f ON f.id = feature_id
     WHERE f.project_id = $1 ORDER BY marxan_id`,
    [project],
  )
  const amounts = sampleRows('reefs-321', files.puvspr)
  for (const [at, spec] of sampleRows('reefs-321', files.spec).entries()) {
    const sum = amounts
      .filter(({ species }) => species === spec.id)
      .reduce((total, { amount }) => total + Number(amount), 0)
    const { prop, ...row } = rows[at] ?? assert.fail()
    assert.deepEqual(row, {
      marxan_id: Number(spec.id),
      name: spec.name,
      target: Number(spec.target),
      fpf: Number(spec.spf),
    })
    assert.ok(Math.abs(prop - Number(spec.target) / sum) < 1e-12)
  }
})

test('hex-653: without FID named the import is refused with what it might be; with it, it is imported', async () => {
  const job = await host.piecework.import({
    format: 'legacy-marxan',
    uploads: sampleUploads('hex-653', hexFiles),
    principal,
    name: 'Hexagons',
  })
  const refused = await job.ended()
  assert.equal(refused.job.status, 'failed')
  const about = refused.findings.find(({ code }) => code === 'legacy/grid-id-attribute')
  assert.match(about?.message ?? '', /: FID \(653 of 653\); the other files were not compared with it$/)
  const { rows } = await host.database.query('SELECT state FROM planning.projects WHERE name = $1', [
    'Hexagons',
  ])
  assert.ok(rows.every(({ state }) => state === 'incomplete'))

  const { report, project } = await hexagons()
  assert.deepEqual(await totals(project), expected('hex-653', hexFiles))
  assert.deepEqual([...new Set(codes(report.findings, 'legacy/grid-'))], ['warning legacy/grid-id-float'])
  assert.deepEqual(
    await one(
      `SELECT s.blm, s.number_of_runs, s.marxan_parameters->'NUMITNS' AS iterations, c.name AS surface, s.state, p.source, p.state AS project
       FROM planning.scenarios s JOIN planning.cost_surfaces c ON c.id = s.cost_surface_id JOIN planning.projects p ON p.id = s.project_id
       WHERE p.id = $1`,
      project,
    ),
    {
      blm: 0.2,
      number_of_runs: 100,
      iterations: 1000000,
      surface: 'Default cost surface',
      state: 'ready',
      source: 'legacy_import',
      project: 'ready',
    },
  )
})

test('a feature is the union of its planning units, the planning area that of all', async () => {
  const { project } = await hexagons()
  const { rows } = await host.database.query<{ off: number }>(
    `SELECT abs(ST_Area(g.geom) - sum(ST_Area(u.geom))) / ST_Area(g.geom) AS off
     FROM planning.feature_geometries g JOIN planning.features f ON f.id = g.feature_id
     JOIN planning.feature_amounts a ON a.feature_id = f.id JOIN planning.planning_units u ON u.id = a.planning_unit_id
     WHERE f.project_id = $1 GROUP BY g.id`,
    [project],
  )
  const withRows = new Set(sampleRows('hex-653', hexFiles.puvspr).map(({ species }) => species))
  assert.equal(rows.length, withRows.size)
  for (const { off } of rows) assert.ok(off < 1e-6, String(off))
  const area = await one(
    `SELECT abs(ST_Area(a.geom) - (SELECT sum(ST_Area(geom)) FROM planning.planning_units WHERE project_id = p.id)) / ST_Area(a.geom) AS off
     FROM planning.projects p JOIN planning.planning_areas a ON a.id = p.planning_area_id WHERE p.id = $1`,
    project,
  )
  assert.ok((area.off as number) < 1e-6)
})

test('cloud-sample-12k: PUID is a warning, 12 thousand units and 37 thousand amounts are as in the files', async () => {
  const files = { input: '../input.dat', spec: 'spec.dat', puvspr: 'puvsp.dat' }
  const uploads = sampleUploads('cloud-sample-12k', { ...files, input: 'input.dat' })
  const { report, project } = await imported('Cloud', uploads)
  assert.deepEqual(await totals(project), expected('cloud-sample-12k', files))
  assert.deepEqual(codes(report.findings, 'legacy/grid-'), ['warning legacy/grid-id-spelling'])
  const rows = sampleRows('cloud-sample-12k', 'pu.dat').length
  const counts = (piece: string) =>
    report.nodes.find((node) => node.task === 'import' && node.piece === piece)?.counts
  assert.equal(counts('legacy/planning-grid')?.rows, rows)
  assert.equal(counts('legacy/cost-surface')?.rows, rows)
})

test('hex-653: unions that are made in parts are, to the last byte, those that are made at once', async () => {
  const shapes = async (project: string | undefined) => {
    const { rows } = await host.database.query(
      `SELECT f.name, g.properties, md5(ST_AsEWKB(g.geom)) AS shape FROM planning.features f
       JOIN planning.feature_geometries g ON g.feature_id = f.id WHERE f.project_id = $1 ORDER BY f.name`,
      [project],
    )
    return rows
  }
  const parts = ({ nodes }: JobReport) => nodes.filter(({ part }) => part).length
  const whole = await hexagons()
  const piecework = await host.beside(packInParts(2048))
  const uploads = sampleUploads('hex-653', hexFiles, { idAttribute: 'FID' })
  const job = await piecework.import({ format: 'legacy-marxan', uploads, principal, name: 'In parts' })
  const { resource } = await job.result()
  const rows = await shapes(whole.project)
  assert.equal(parts(whole.report), 0)
  assert.ok(parts(await job.ended()) > 4 && rows.length > 4)
  assert.deepEqual(await shapes(resource?.id), rows)
})

test('without its required files an import is refused at once, naming all of them', async () => {
  const {
    'pu.dat': _pu,
    'spec.dat': _spec,
    ...others
  } = sampleUploads('hex-653', {
    input: 'input_no_connect.dat',
    spec: 'spec.dat',
    puvspr: 'puvspr.dat',
  })
  await assert.rejects(
    host.piecework.import({ format: 'legacy-marxan', uploads: others, principal }),
    (error) => isPieceworkError(error, 'input-incomplete') && /pu\.dat, spec\.dat/.test(error.message),
  )
})

test.run()
