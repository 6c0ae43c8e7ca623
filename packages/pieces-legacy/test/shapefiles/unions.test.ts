import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import { shapefileParts, square } from '@piecework/test-support/fixtures/shapefile-of.js'
import { suite } from 'uvu'
import { packInParts } from '../importers/pack-in-parts.js'
import { type PlanningHost, planningHost } from '../importers/planning-host.js'
import { smallProject } from '../importers/small-project.js'
import { imported, rows } from './support/import.js'

const test = needsServer(suite('the union of a feature’s planning units'))
let host: PlanningHost

test.before(async () => {
  host = await planningHost()
})
test.after(() => host.stop())

/**
 * Many units, so that there are unions of unions; one feature in every other row, one everywhere, one in a
 * single unit.
 */
const side = 40
const units = Array.from({ length: side * side }, (_, at) => at)

const large = () =>
  smallProject({
    grid: shapefileParts(
      units.map((at) => ({
        rings: [square(((at % side) * 7) / 64, (Math.floor(at / side) * 7) / 64, 7 / 64)],
        values: [String(at)],
      })),
    ),
    'pu.dat': `id,cost\n${units.map((at) => `${at},1\n`).join('')}`,
    'spec.dat': 'id,prop,name\n1,0.5,Rows\n2,0.5,All\n3,0.5,One\n4,0.5,None\n',
    'puvspr.dat': `species,pu,amount\n${units
      .map(
        (at) =>
          `${Math.floor(at / side) % 2 === 0 ? `1,${at},1\n` : ''}2,${at},1\n${at === 77 ? `3,${at},1\n` : ''}`,
      )
      .join('')}`,
  })

test('is one valid geometry each, as it is when all units are put together at once', async () => {
  const { project } = await imported(host, large())
  assert.deepEqual(
    await rows(
      host,
      `SELECT f.name, count(*)::integer AS shapes, bool_and(ST_IsValid(g.geom)) AS valid,
              sum(ST_NumGeometries(g.geom))::integer AS parts,
              bool_and(ST_Equals(g.geom, (SELECT ST_Union(u.geom) FROM planning.feature_amounts a
                JOIN planning.planning_units u ON u.id = a.planning_unit_id WHERE a.feature_id = f.id))) AS equal
       FROM planning.features f JOIN planning.feature_geometries g ON g.feature_id = f.id
       WHERE f.project_id = $1 GROUP BY f.name ORDER BY f.name`,
      project,
    ),
    [
      { name: 'All', shapes: 1, valid: true, parts: 1, equal: true },
      { name: 'One', shapes: 1, valid: true, parts: 1, equal: true },
      { name: 'Rows', shapes: 1, valid: true, parts: side / 2, equal: true },
    ],
  )
  assert.deepEqual(
    await rows(
      host,
      `SELECT ST_NumGeometries(geom) AS parts, ST_Equals(geom, (SELECT ST_Union(u.geom) FROM planning.planning_units u
         WHERE u.project_id = a.project_id)) AS equal FROM planning.planning_areas a WHERE project_id = $1`,
      project,
    ),
    [{ parts: 1, equal: true }],
  )
})

const shapes = (project: string) =>
  rows<{ name: string; shape: string }>(
    host,
    `SELECT f.name, md5(ST_AsEWKB(g.geom)) AS shape FROM planning.features f
     JOIN planning.feature_geometries g ON g.feature_id = f.id WHERE f.project_id = $1 ORDER BY f.name`,
    project,
  )

test('is the same in parts, each a node of its own behind all rows', async () => {
  const whole = await imported(host, large())
  const bytes = 6000
  const beside = { ...host, piecework: await host.beside(packInParts(bytes)) }
  const { report, project } = await imported(beside, large())
  const done = report.nodes
    .filter(({ piece }) => piece === 'legacy/features')
    .map(({ task, batch, part, counts }) => [task, batch, part?.range, counts?.rows])
  const [[, batch = 0] = assert.fail('nothing is planned')] = done.filter(([task]) => task === 'plan') as [
    string,
    number,
  ][]
  assert.deepEqual(
    done.filter(([task]) => task === 'import'),
    [
      ['import', batch + 1, 'rows', 2405],
      ...[1, 2, 3, 4].map((number) => ['import', batch + 2, { number, of: 4 }, 0]),
    ],
  )
  assert.equal((await shapes(project)).length, 3)
  assert.deepEqual(await shapes(project), await shapes(whole.project))
  const without = await imported(beside, large(), { 'legacy/features': { geometry: 'none' } })
  assert.deepEqual(await shapes(without.project), [])
  const last = without.report.nodes.filter(
    ({ task, piece }) => task === 'import' && piece === 'legacy/features',
  )
  assert.deepEqual(
    last.map(({ part, counts }) => [part, counts?.rows]),
    [[undefined, 2405]],
  )
})

test('may be left out: the report tells how many features have none', async () => {
  const { project, report } = await imported(host, smallProject(), {
    'legacy/features': { geometry: 'none' },
  })
  assert.deepEqual(
    report.findings
      .filter(({ code }) => code === 'legacy/features-without-geometry')
      .map(({ severity, count, piece }) => [severity, count, piece]),
    [['warning', 3, 'legacy/features']],
  )
  assert.deepEqual(
    await rows(
      host,
      `SELECT name, amount_max, (SELECT count(*)::integer FROM planning.feature_geometries g WHERE g.feature_id = f.id) AS shapes
       FROM planning.features f WHERE project_id = $1 ORDER BY name`,
      project,
    ),
    [
      { name: 'Eel, grass', amount_max: 3, shapes: 0 },
      { name: 'Sand', amount_max: null, shapes: 0 },
      { name: 'Unnamed Feature #1', amount_max: 8, shapes: 0 },
    ],
  )
})

test.run()
