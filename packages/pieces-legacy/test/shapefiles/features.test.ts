import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { type PlanningHost, planningHost } from '../importers/planning-host.js'
import { smallProject } from '../importers/small-project.js'
import { assertNear, imported, rows, run, told } from './support/import.js'
import { areaOf, bowTie, box, layer, line, number, text } from './support/uploads.js'

const test = needsServer(suite('an uploaded shapefile of features'))
const columns = [text('NAME')]
let host: PlanningHost

test.before(async () => {
  host = await planningHost()
})
test.after(() => host.stop())

const amounts = (project: string) =>
  rows<{ name: string; puid: number; amount: number }>(
    host,
    `SELECT f.name, u.puid, a.amount FROM planning.feature_amounts a JOIN planning.features f ON f.id = a.feature_id
     JOIN planning.planning_units u ON u.id = a.planning_unit_id
     WHERE f.project_id = $1 AND NOT f.is_legacy ORDER BY f.name, u.puid`,
    project,
  )

const features = (project: string) =>
  rows<{ name: string; shapes: number; amount_min: number | null; amount_max: number | null }>(
    host,
    `SELECT name, source, amount_min, amount_max,
            (SELECT count(*)::integer FROM planning.feature_geometries g WHERE g.feature_id = f.id) AS shapes
     FROM planning.features f WHERE project_id = $1 AND NOT is_legacy ORDER BY name`,
    project,
  )

test('each record is a geometry of the feature that it names; amounts are areas in EPSG:3410', async () => {
  const { project } = await imported(host, {
    ...smallProject(),
    ...layer(
      'features',
      [
        box([0.5, 0.25, 1.5, 0.75], 'Kelp'),
        box([3.5, 0, 5, 1], 'Kelp'),
        box([0, 0, 4, 1], 'Coral'),
        box([2, 0, 3, 0.5], 'Kelp'),
      ],
      { columns },
    ),
  })
  const found = await amounts(project)
  assert.deepEqual(
    found.map(({ name, puid }) => [name, puid]),
    [
      ['Coral', 1],
      ['Coral', 2],
      ['Coral', 3],
      ['Coral', 4],
      ['Kelp', 1],
      ['Kelp', 2],
      ['Kelp', 3],
      ['Kelp', 4],
    ],
  )
  const expected = [
    ...[0, 1, 2, 3].map((x) => areaOf([x, 0, x + 1, 1])),
    areaOf([0.5, 0.25, 1, 0.75]),
    areaOf([1, 0.25, 1.5, 0.75]),
    areaOf([2, 0, 3, 0.5]),
    areaOf([3.5, 0, 4, 1]),
  ]
  for (const [at, { amount }] of found.entries()) assertNear(amount, expected[at] as number)
  const [coral, kelp] = await features(project)
  assert.deepEqual([coral?.name, coral?.shapes, kelp?.name, kelp?.shapes], ['Coral', 1, 'Kelp', 3])
  assertNear(kelp?.amount_min, areaOf([0.5, 0.25, 1, 0.75]))
  assertNear(kelp?.amount_max, areaOf([2, 0, 3, 0.5]))
})

test('where shapes of one feature overlap, the ground counts once', async () => {
  const { project } = await imported(host, {
    ...smallProject(),
    ...layer('features', [box([0, 0, 0.6, 1], 'Kelp'), box([0.4, 0, 1, 1], 'Kelp')], { columns }),
  })
  const [unit, ...more] = await amounts(project)
  assert.equal(more.length, 0)
  assertNear(unit?.amount, areaOf([0, 0, 1, 1]))
})

test('a large shape of many vertices has the area that it has', async () => {
  const arc = Array.from({ length: 2001 }, (_, at) => {
    const angle = (-at / 1000) * Math.PI
    return [2 + Math.cos(angle), 0.5 + 0.4 * Math.sin(angle)] as const
  })
  const { project } = await imported(host, {
    ...smallProject(),
    ...layer('features', [{ rings: [arc], values: ['Lagoon'] }], { columns }),
  })
  const found = await amounts(project)
  assert.deepEqual(
    found.map(({ puid }) => puid),
    [2, 3],
  )
  const [direct] = await rows<{ area: number }>(
    host,
    `SELECT ST_Area(ST_Transform(g.geom, 3410)) AS area FROM planning.feature_geometries g
     JOIN planning.features f ON f.id = g.feature_id WHERE f.project_id = $1 AND f.name = 'Lagoon'`,
    project,
  )
  assertNear((found[0]?.amount ?? 0) + (found[1]?.amount ?? 0), direct?.area ?? 0)
})

test('names come from the attribute that the upload names, from one name for all, or from the layer', async () => {
  const shapes = [box([0, 0, 1, 1], 'a', '7'), box([1, 0, 2, 1], 'b', '8')]
  const namesOf = async (given: Parameters<typeof layer>[2]) => {
    const uploads = { ...smallProject(), ...layer('features', shapes, given) }
    const { project } = await imported(host, uploads)
    return (await features(project)).map(({ name, shapes }) => `${name}: ${shapes}`)
  }
  const two = [text('label'), number('code', 0)]
  assert.deepEqual(await namesOf({ columns: two, metadata: { nameAttribute: 'LABEL' } }), ['a: 1', 'b: 1'])
  assert.deepEqual(await namesOf({ columns: two, metadata: { nameAttribute: 'code' } }), ['7: 1', '8: 1'])
  assert.deepEqual(await namesOf({ columns: two, metadata: { name: 'Reefs' } }), ['Reefs: 2'])
  assert.deepEqual(await namesOf({ columns: two, name: 'Sea Grass' }), ['Sea Grass: 2'])
  assert.deepEqual(await namesOf({ columns: [text('Species'), text('feature')] }), ['7: 1', '8: 1'])
  assert.deepEqual(await namesOf({ columns: [text('Name'), number('name')], metadata: { name: 'All' } }), [
    'All: 2',
  ])
})

test('an attribute that the upload names and the layer lacks is told with those that there are', async () => {
  const uploads = layer('features', [box([0, 0, 1, 1], 'a')], {
    columns,
    metadata: { nameAttribute: 'kind' },
  })
  const report = await run(host, { ...smallProject(), ...uploads })
  assert.equal(report.job.status, 'failed')
  assert.deepEqual(
    report.findings
      .filter(({ severity }) => severity === 'error')
      .map(({ code, message }) => [code, message]),
    [
      [
        'legacy/feature-shapes-name-attribute',
        'The feature shapefile has no attribute "kind", which was given as the name attribute; its attributes are NAME',
      ],
    ],
  )
})

test('all problems at once: every record without a name, of another spelling, or of a feature of spec.dat is told', async () => {
  const names = ['Kelp', '', 'kelp', 'SAND', 'Kelp', 'Eel,  grass', 'Unnamed Feature #1']
  const uploads = {
    ...smallProject(),
    ...layer(
      'features',
      names.map((name) => box([0, 0, 1, 1], name)),
      { columns },
    ),
  }
  const place = { severity: 'error', column: 'NAME' }
  assert.deepEqual(await told(host, uploads, 'features'), [
    { ...place, code: 'legacy/feature-shapes-name-null', line: 2 },
    { ...place, code: 'legacy/feature-shapes-name-spelling', line: 3 },
    { ...place, code: 'legacy/feature-shapes-name-taken', line: 4 },
    { ...place, code: 'legacy/feature-shapes-name-taken', line: 6 },
    { ...place, code: 'legacy/feature-shapes-name-taken', line: 7 },
  ])
})

test('invalid shapes are repaired with a warning, those without area are errors, deleted records are skipped', async () => {
  const repairable = {
    ...smallProject(),
    ...layer('features', [bowTie('Tie'), { ...box([1, 0, 2, 1], 'Gone'), deleted: true }], { columns }),
  }
  const { project, report } = await imported(host, repairable)
  assert.deepEqual(
    report.findings
      .filter(({ file }) => file === 'features')
      .map(({ code, line, count }) => [code, line, count]),
    [
      ['legacy/feature-shapes-shape-repaired', 1, undefined],
      ['legacy/feature-shapes-deleted', undefined, 1],
      ['legacy/feature-shapes-deleted', undefined, 1],
    ],
  )
  const [tie, ...more] = await amounts(project)
  assert.equal(more.length, 0)
  assert.ok(tie && Math.abs(tie.amount / areaOf([0, 0, 1, 1]) - 0.5) < 0.01)
  const broken = {
    ...smallProject(),
    ...layer('features', [line('Line'), { rings: undefined, values: ['None'] }], { columns }),
  }
  assert.deepEqual(await told(host, broken, 'features'), [
    { severity: 'error', code: 'legacy/feature-shapes-shape-none', line: 2 },
    { severity: 'error', code: 'legacy/feature-shapes-shape-invalid', line: 1 },
  ])
})

test('a feature outside of the grid has no amounts, and the report says so', async () => {
  const { project, report } = await imported(host, {
    ...smallProject(),
    ...layer('features', [box([50, 50, 51, 51], 'Far'), box([4, 0, 5, 1], 'Beside')], { columns }),
  })
  assert.deepEqual(await amounts(project), [])
  assert.deepEqual(
    report.findings.filter(({ code }) => code === 'legacy/feature-shapes-apart').map(({ count }) => count),
    [2],
  )
})

test('shapes in another coordinate reference system are put into place', async () => {
  const metres = 6378137 * (Math.PI / 180)
  const { project } = await imported(host, {
    ...smallProject(),
    ...layer('features', [box([0, 0, metres, 1000], 'Strip')], {
      columns,
      prj: 'PROJCS["M",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]',
    }),
  })
  const [strip, ...more] = await amounts(project)
  assert.equal(more.length, 0)
  assertNear(strip?.amount, areaOf([0, 0, 1, (1000 / 6378137) * (180 / Math.PI)]))
})

test.run()
