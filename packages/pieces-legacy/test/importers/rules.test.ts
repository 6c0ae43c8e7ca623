import assert from 'node:assert/strict'
import type { JobReport } from '@piecework/core'
import { isPieceworkError, jobIds } from '@piecework/core/piece'
import { needsServer } from '@piecework/test-support'
import { shapefileParts, square, squares } from '@piecework/test-support/fixtures/shapefile-of.js'
import { suite } from 'uvu'
import { carried } from './carried.js'
import { type PlanningHost, planningHost } from './planning-host.js'
import { fiji, smallProject } from './small-project.js'
import { bytes, type Uploads } from './uploads.js'

const test = needsServer(suite('import of a Marxan project'))
const principal = { id: 'ann' }
const format = 'legacy-marxan'
let host: PlanningHost

test.before(async () => {
  host = await planningHost()
})
test.after(() => host.stop())

async function run(uploads: Uploads, options: Readonly<Record<string, unknown>> = {}): Promise<JobReport> {
  const job = await host.piecework.import({ format, uploads, principal, name: 'Small', options })
  return job.ended()
}

async function imported(uploads: Uploads, options?: Readonly<Record<string, unknown>>) {
  const report = await run(uploads, options)
  assert.equal(report.job.status, 'succeeded', JSON.stringify([report.job.error, report.findings]))
  return { report, project: report.job.result.resource?.id ?? '' }
}

async function rows(sql: string, project: string): Promise<readonly object[]> {
  return (await host.database.query(sql, [project])).rows
}

test('lock status, starting reserve and cost are those of pu.dat', async () => {
  const { project } = await imported(smallProject())
  assert.deepEqual(
    await rows(
      `SELECT u.puid, lock_status, in_starting_reserve, lock_set_by_user, s.cost, v.cost AS surface
       FROM planning.scenario_planning_units s JOIN planning.planning_units u ON u.id = planning_unit_id
       JOIN planning.cost_surface_values v ON v.planning_unit_id = u.id WHERE u.project_id = $1 ORDER BY puid`,
      project,
    ),
    [
      {
        puid: 1,
        lock_status: 'available',
        in_starting_reserve: false,
        lock_set_by_user: false,
        cost: 10,
        surface: 10,
      },
      {
        puid: 2,
        lock_status: 'available',
        in_starting_reserve: true,
        lock_set_by_user: false,
        cost: 20.5,
        surface: 20.5,
      },
      {
        puid: 3,
        lock_status: 'locked_in',
        in_starting_reserve: false,
        lock_set_by_user: true,
        cost: 0,
        surface: 0,
      },
      {
        puid: 4,
        lock_status: 'locked_out',
        in_starting_reserve: false,
        lock_set_by_user: true,
        cost: 1000,
        surface: 1000,
      },
    ],
  )
  assert.deepEqual(
    await rows(
      'SELECT name, is_default, min, max FROM planning.cost_surfaces WHERE project_id = $1',
      project,
    ),
    [{ name: 'Default cost surface', is_default: true, min: 0, max: 1000 }],
  )
})

test('locations are those of pu.dat, and none where it has none', async () => {
  const { project } = await imported(
    smallProject({ 'pu.dat': 'id,yloc,xloc,cost\n1,2,1.25,1\n2,-6.9e-18,1e12,1\n3,,,1\n4,0,0,1\n' }),
  )
  assert.deepEqual(
    await rows(
      `SELECT puid, xloc, yloc FROM planning.scenario_planning_units s JOIN planning.planning_units u ON u.id = planning_unit_id
       WHERE u.project_id = $1 ORDER BY puid`,
      project,
    ),
    [
      { puid: 1, xloc: 1.25, yloc: 2 },
      { puid: 2, xloc: 1e12, yloc: -6.9e-18 },
      { puid: 3, xloc: null, yloc: null },
      { puid: 4, xloc: 0, yloc: 0 },
    ],
  )
})

test('-1, "not set", is kept in the columns that a feature need not have, and told once', async () => {
  const { report, project } = await imported(
    smallProject({
      'spec.dat':
        'id,type,prop,spf,target2,targetocc,name,sepnum,sepdistance\n7,-1,0.3,1,-1,-1,a,-1,-1\n8,1,0.3,1,-1,2,b,0,0\n0,1,0.1,1,0,0,c,0,0\n',
    }),
  )
  assert.deepEqual(
    await rows(
      `SELECT marxan_id, type, target2, targetocc, sepnum, sepdistance
       FROM planning.scenario_features JOIN planning.features f ON f.id = feature_id WHERE project_id = $1 ORDER BY 1`,
      project,
    ),
    [
      { marxan_id: 0, type: 1, target2: 0, targetocc: 0, sepnum: 0, sepdistance: 0 },
      { marxan_id: 7, type: -1, target2: -1, targetocc: -1, sepnum: -1, sepdistance: -1 },
      { marxan_id: 8, type: 1, target2: -1, targetocc: 2, sepnum: 0, sepdistance: 0 },
    ],
  )
  assert.deepEqual(
    report.findings.filter(({ code }) => code === 'legacy/value-not-set').map(({ count }) => count),
    [6],
  )
})

test('goals are kept, a target becomes a proportion of the amounts, a feature without a name gets one', async () => {
  const { project } = await imported(smallProject())
  assert.deepEqual(
    await rows(
      `SELECT marxan_id, f.name, prop, target, fpf, target2, targetocc, sepnum, sepdistance, type, is_legacy, amount_min, amount_max,
              (SELECT count(*) FROM planning.feature_geometries g WHERE g.feature_id = f.id)::integer AS shapes
       FROM planning.scenario_features JOIN planning.features f ON f.id = feature_id WHERE project_id = $1 ORDER BY marxan_id`,
      project,
    ),
    [
      {
        marxan_id: 0,
        name: 'Sand',
        prop: 0.1,
        target: null,
        fpf: 1,
        ...plain,
        amount_min: null,
        amount_max: null,
        shapes: 0,
      },
      {
        marxan_id: 7,
        name: 'Eel, grass',
        prop: 0.3,
        target: null,
        fpf: 2,
        target2: 1,
        targetocc: 2,
        sepnum: 3,
        sepdistance: 4.5,
        type: 6,
        is_legacy: true,
        amount_min: 0.1,
        amount_max: 3,
        shapes: 1,
      },
      {
        marxan_id: 8,
        name: 'Unnamed Feature #1',
        prop: 0.5,
        target: 6,
        fpf: 1,
        ...plain,
        amount_min: 4,
        amount_max: 8,
        shapes: 1,
      },
    ],
  )
  const [specification] = (await rows(
    `SELECT is_draft, raw FROM planning.feature_specifications JOIN planning.scenarios s ON s.id = scenario_id WHERE project_id = $1`,
    project,
  )) as { is_draft: boolean; raw: { features: { featureId: string; marxanSettings: object }[] } }[]
  assert.equal(specification?.is_draft, false)
  assert.deepEqual(
    specification.raw.features.map(({ marxanSettings }) => marxanSettings),
    [
      { prop: 0.1, fpf: 1 },
      { prop: 0.3, fpf: 2 },
      { prop: 0.5, fpf: 1 },
    ],
  )
})

const plain = { target2: 0, targetocc: 0, sepnum: 0, sepdistance: 0, type: 0, is_legacy: true }

test('amounts are exactly those given, in the project and in the scenario', async () => {
  const { project } = await imported(smallProject())
  const expected = [
    { marxan_id: 7, puid: 1, amount: 0.1, given: 0.1 },
    { marxan_id: 7, puid: 2, amount: 3, given: 3 },
    { marxan_id: 8, puid: 2, amount: 4, given: 4 },
    { marxan_id: 8, puid: 4, amount: 8, given: 8 },
  ]
  assert.deepEqual(
    await rows(
      `SELECT marxan_id, puid, a.amount, s.amount AS given FROM planning.feature_amounts a
       JOIN planning.scenario_features f ON f.feature_id = a.feature_id
       JOIN planning.scenario_feature_amounts s ON s.scenario_feature_id = f.id AND s.planning_unit_id = a.planning_unit_id
       JOIN planning.planning_units u ON u.id = a.planning_unit_id WHERE project_id = $1 ORDER BY 1, 2`,
      project,
    ),
    expected,
  )
})

test('new ids: ids are those of the natural keys', async () => {
  const { report, project } = await imported(smallProject())
  const ids = jobIds(report.job.id)
  const found = async (sql: string) => (await rows(sql, project)).map((row) => Object.values(row))
  assert.deepEqual(
    await found('SELECT id::text FROM planning.planning_units WHERE project_id = $1 AND puid = 3'),
    [[ids.idOf('planning_units', '3')]],
  )
  assert.deepEqual(
    await found(`SELECT id::text FROM planning.features WHERE project_id = $1 AND name = 'Sand'`),
    [[ids.idOf('features', '0')]],
  )
})

test('honest counts: rows without a unit in the grid are skipped, counted and told', async () => {
  const { report } = await imported(
    smallProject({
      'pu.dat': 'id,cost\n1,1\n2,1\n3,1\n4,1\n99,1\n98,1\n',
      'puvspr.dat': 'species,pu,amount\n7,1,1\n8,2,6\n8,99,5\n',
    }),
  )
  const counts = (piece: string) =>
    carried(report.nodes.find((node) => node.task === 'import' && node.piece === piece)?.counts)
  assert.deepEqual(counts('legacy/planning-grid'), { rows: 4, skipped: 0 })
  assert.deepEqual(counts('legacy/cost-surface'), { rows: 4, skipped: 2 })
  assert.deepEqual(counts('legacy/scenario-planning-units'), { rows: 4, skipped: 2 })
  assert.deepEqual(counts('legacy/features'), { rows: 3 + 2, skipped: 1 })
  const told = report.findings.filter(({ code }) => code === 'legacy/rows-skipped')
  assert.deepEqual(told.map(({ piece, count }) => [piece, count]).sort(), [
    ['legacy/cost-surface', 2],
    ['legacy/features', 1],
    ['legacy/scenario-planning-units', 2],
  ])
})

test('honest counts: a row that gets lost in the database fails the import', async () => {
  for (const [table, condition] of [
    ['planning_units', 'NEW.puid = 3'],
    ['cost_surface_values', 'NEW.cost = 20.5'],
    ['scenario_planning_units', 'NEW.cost = 20.5'],
    ['features', `NEW.name = 'Sand'`],
    ['feature_amounts', 'NEW.amount = 4'],
    ['scenario_features', 'NEW.marxan_id = 7'],
  ]) {
    await host.database.query(
      `CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
    )
    await host.database.query(
      `CREATE TRIGGER lose BEFORE INSERT ON planning.${table} FOR EACH ROW WHEN (${condition}) EXECUTE FUNCTION lose()`,
    )
    try {
      const { job } = await run(smallProject())
      assert.equal(job.status, 'failed', table)
      assert.equal(job.error?.code, 'counts-differ', `${table}: ${job.error?.message}`)
    } finally {
      await host.database.query('DROP FUNCTION lose() CASCADE')
    }
  }
})

test('settings of input.dat, defaults where it has none', async () => {
  const { project } = await imported(smallProject())
  assert.deepEqual(
    await rows(
      `SELECT name, blm, number_of_runs, marxan_parameters->'RUNMODE' AS mode, marxan_parameters->'NUMITNS' AS iterations
       FROM planning.scenarios WHERE project_id = $1`,
      project,
    ),
    [{ name: 'Small', blm: 0.5, number_of_runs: 7, mode: 1, iterations: 1000000 }],
  )
})

test('the planning area is the union of the units, and can be left out', async () => {
  const area = `SELECT ST_AsText(ST_Normalize(geom)) AS area, bbox, grid_shape FROM planning.projects p
                LEFT JOIN planning.planning_areas a ON a.id = planning_area_id WHERE p.id = $1`
  const { project } = await imported(smallProject())
  assert.deepEqual(await rows(area, project), [
    {
      area: 'MULTIPOLYGON(((0 0,0 1,1 1,2 1,3 1,4 1,4 0,3 0,2 0,1 0,0 0)))',
      bbox: [0, 0, 4, 1],
      grid_shape: 'custom',
    },
  ])
  const without = await imported(smallProject(), { 'legacy/planning-area': { skip: true } })
  assert.deepEqual(await rows(area, without.project), [
    { area: null, bbox: [0, 0, 4, 1], grid_shape: 'custom' },
  ])
})

test('units across the antimeridian are split there, invalid ones repaired', async () => {
  const { project } = await imported(smallProject({ grid: fiji() }))
  assert.deepEqual(
    await rows(
      `SELECT puid, GeometryType(geom) AS type, ST_NumGeometries(geom) AS parts, ST_IsValid(geom) AS valid,
              ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180 AS inside, round(ST_Area(geom)::numeric, 2)::float8 AS area
       FROM planning.planning_units WHERE project_id = $1 ORDER BY puid`,
      project,
    ),
    [
      { puid: 1, type: 'MULTIPOLYGON', parts: 2, valid: true, inside: true, area: 0.78 },
      { puid: 2, type: 'POLYGON', parts: 1, valid: true, inside: true, area: 0.78 },
      { puid: 3, type: 'POLYGON', parts: 1, valid: true, inside: true, area: 0.78 },
      { puid: 4, type: 'MULTIPOLYGON', parts: 2, valid: true, inside: true, area: 0.41 },
    ],
  )
})

test('longitudes from 0 to 360 become those from -180 to 180', async () => {
  const grid = shapefileParts([
    { rings: [square(200, 10)], values: ['1'] },
    { rings: [square(179.5, 10)], values: ['2'] },
    { rings: [square(179, 10)], values: ['3'] },
    { rings: [square(180, 10)], values: ['4'] },
  ])
  const { project } = await imported(smallProject({ grid }))
  assert.deepEqual(
    await rows(
      'SELECT puid, ST_AsText(ST_Extent(geom)) AS area FROM planning.planning_units WHERE project_id = $1 GROUP BY puid ORDER BY puid',
      project,
    ),
    [
      { puid: 1, area: 'POLYGON((-160 10,-160 11,-159 11,-159 10,-160 10))' },
      { puid: 2, area: 'POLYGON((-180 10,-180 11,180 11,180 10,-180 10))' },
      { puid: 3, area: 'POLYGON((179 10,179 11,180 11,180 10,179 10))' },
      { puid: 4, area: 'POLYGON((-180 10,-180 11,-179 11,-179 10,-180 10))' },
    ],
  )
})

test('all problems at once: all problems of all files in one report, nothing written, and the shell stays hidden', async () => {
  const uploads = () =>
    smallProject({
      grid: shapefileParts(squares([1, 2, 3, -4])),
      'input.dat': 'BLM x\n',
      'pu.dat': 'id,cost,status\n1,-1,0\n2,1,9\n3,1,0\n',
      'spec.dat': 'id,prop,target\n7,0.3,5\n',
      'puvspr.dat': 'species,pu,amount\n7,1,NA\n9,1,2\n',
    })
  const report = await run(uploads())
  assert.equal(report.job.status, 'failed')
  assert.equal(report.job.error?.code, 'validation-failed')
  const errors = report.findings.filter(({ severity }) => severity === 'error')
  assert.deepEqual([...new Set(errors.map(({ file }) => file))].sort(), [
    'input.dat',
    'planning-grid',
    'pu.dat',
    'puvspr.dat',
    'spec.dat',
  ])
  const project = report.job.target?.id ?? ''
  assert.deepEqual(await rows('SELECT 1 FROM planning.planning_units WHERE project_id = $1', project), [])
  assert.deepEqual(
    await rows(`SELECT 1 FROM planning.projects WHERE id = $1 AND state = 'ready'`, project),
    [],
  )
  const checked = await (await host.piecework.validate({ format, uploads: uploads(), principal })).ended()
  const told = (from: JobReport) =>
    from.findings.map(({ code, file, line }) => `${file} ${line} ${code}`).sort()
  assert.deepEqual(told(checked), told(report))
})

test('names can be required', async () => {
  const report = await run(smallProject(), { 'legacy/features': { names: 'required' } })
  assert.equal(report.job.status, 'failed')
  assert.ok(
    report.findings.some(({ code, severity }) => code === 'legacy/name-missing' && severity === 'error'),
  )
})

test('roles: unknown ones are refused, all missing ones named', async () => {
  const refused = (uploads: Uploads) =>
    host.piecework.import({ format, uploads, principal }).then(() => assert.fail('accepted'))
  const unknown = { ...smallProject(), 'zones.dat': bytes('id\n') }
  await assert.rejects(
    refused(unknown),
    (error) => isPieceworkError(error, 'options-invalid') && /zones\.dat/.test(error.message),
  )
  await assert.rejects(
    refused({ 'pu.dat': bytes('id\n') }),
    (error) =>
      isPieceworkError(error, 'input-incomplete') &&
      /planning-grid, input\.dat, spec\.dat, puvspr\.dat\.$/.test(error.message),
  )
})

const boundaries = `SELECT one.puid AS id1, other.puid AS id2, length FROM planning.boundary_lengths
  JOIN planning.planning_units one ON one.id = planning_unit_id JOIN planning.planning_units other ON other.id = other_planning_unit_id
  WHERE one.project_id = $1 ORDER BY 1, 2`

const repeatedBoundaries = [
  [
    'different ones',
    '2,1,0.3\n3,3,4\n1,2,0.2\n3,2,0\n3,3,1\n1,2,0.3\n2,3,7\n',
    [
      [1, 2, 0.3],
      [2, 3, 0],
      [3, 3, 5],
    ],
    [
      ['legacy/boundaries-repeated', 3],
      ['legacy/boundary-differs', 2],
      ['legacy/boundary-duplicate', 1],
      ['legacy/outer-boundaries-added', 1],
      ['legacy/outer-boundary-duplicate', 1],
    ],
  ],
  [
    'each pair once per direction',
    '3,2,1.5\n1,1,1\n1,2,1\n2,1,1\n2,2,1\n2,3,1.5\n',
    [
      [1, 1, 1],
      [1, 2, 1],
      [2, 2, 1],
      [2, 3, 1.5],
    ],
    [
      ['legacy/boundaries-repeated', 2],
      ['legacy/boundary-duplicate', 2],
    ],
  ],
] as const
for (const [what, given, expected, findings] of repeatedBoundaries)
  test(`boundaries: each pair once, the lower id first, with its first row: ${what}`, async () => {
    const rowsOfBound = `id1,id2,boundary\n${given}`
    const { report, project } = await imported({ ...smallProject(), 'bound.dat': bytes(rowsOfBound) })
    assert.deepEqual(
      await rows(boundaries, project),
      expected.map(([id1, id2, length]) => ({ id1, id2, length })),
    )
    const node = report.nodes.find(({ task, piece }) => task === 'import' && piece === 'legacy/boundary')
    const lines = given.trim().split('\n').length
    assert.deepEqual(carried(node?.counts), { rows: expected.length, skipped: lines - expected.length })
    assert.deepEqual(
      report.findings
        .filter(({ file }) => file === 'bound.dat')
        .map(({ code, count }) => [code, count])
        .sort(),
      findings,
    )
  })

test('boundaries: the first row counts in a file of any length', async () => {
  const repeats = Array.from({ length: 40_000 }, (_, at) => `${at % 2 ? '1,2' : '2,1'},${at + 1}\n`)
  const rowsOfBound = `id1,id2,boundary\n${repeats.join('')}`
  const { report, project } = await imported({ ...smallProject(), 'bound.dat': bytes(rowsOfBound) })
  assert.deepEqual(await rows(boundaries, project), [{ id1: 1, id2: 2, length: 1 }])
  assert.ok(
    report.findings.some(
      ({ code, message }) =>
        code === 'legacy/boundaries-repeated' && /39999 of them with another boundary/.test(message),
    ),
  )
})

test('honest counts: boundaries of units without a shape are skipped, counted and told', async () => {
  const { report, project } = await imported({
    ...smallProject({ 'pu.dat': 'id,cost\n1,1\n2,1\n3,1\n4,1\n99,1\n' }),
    'bound.dat': bytes('id1,id2,boundary\n1,2,3\n1,99,1\n99,99,1\n'),
  })
  assert.deepEqual(await rows(boundaries, project), [{ id1: 1, id2: 2, length: 3 }])
  const node = report.nodes.find(({ task, piece }) => task === 'import' && piece === 'legacy/boundary')
  assert.deepEqual(carried(node?.counts), { rows: 1, skipped: 2 })
  assert.ok(report.findings.some(({ code, file }) => code === 'legacy/rows-skipped' && file === 'bound.dat'))
})

test('without bound.dat there are no boundaries', async () => {
  const { project } = await imported(smallProject())
  assert.deepEqual(await rows(boundaries, project), [])
})

test.run()
