import assert from 'node:assert/strict'
import { needsServer, skipUnless } from '@piecework/test-support'
import { haveSamples, samplesMissing } from '@piecework/test-support/fixtures/samples.js'
import { suite } from 'uvu'
import { assertEqualProjects } from '../end-to-end/support/compare.js'
import { assertQuiet } from '../end-to-end/support/contents.js'
import { type Host, type HostDatabase, hostDatabase, hostOn } from '../end-to-end/support/host.js'
import { smallProject } from '../importers/small-project.js'
import { sampleUploads, type Uploads } from '../importers/uploads.js'
import { assertNear } from './support/import.js'
import { areaOf, box, layer, number, text } from './support/uploads.js'

const test = needsServer(suite('shapefiles all the way'))
const samples = skipUnless(haveSamples, samplesMissing, needsServer(suite('a real project with shapefiles')))
const principal = { id: 'ann' }
let db: HostDatabase
let host: Host

for (const each of [test, samples]) {
  each.before(async () => {
    db = await hostDatabase()
    host = await hostOn(db)
  })
  each.after(async () => {
    await host.stop()
    await db.drop()
  })
}

/** Features, costs and protected areas within a box; every degree of it has a cost. */
function shapefiles([west, south, east, north]: readonly [number, number, number, number]): Uploads {
  const middle = (west + east) / 2
  return {
    ...layer(
      'features',
      [
        box([west, south, middle, north], 'Kelp'),
        box([middle, south, east, north], 'Coral'),
        box([middle, south, east, (south + north) / 2], 'Kelp'),
      ],
      { columns: [text('name')] },
    ),
    ...layer(
      'cost-surface',
      [box([west, south, middle, north], '2'), box([middle, south, east, north], '0.5')],
      { columns: [number('cost')], name: 'Fishing' },
    ),
    ...layer(
      'protected-areas',
      [box([west, south, middle, north], 'Bay', 'II'), box([west, south, east, north], 'Sound', 'IV')],
      { columns: [text('NAME'), text('IUCN_CAT')] },
    ),
  }
}

/**
 * Imports the uploads; exports, imports and clones what that made, and compares all rows. Resolves to the
 * first project.
 */
async function allTheWay(uploads: Uploads, options: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { piecework } = host
  const made = async (job: ReturnType<typeof piecework.import>) => {
    const handle = await job
    const { resource } = await handle.result()
    return { job: handle.id, resource: resource ?? assert.fail('nothing was made') }
  }
  const first = await made(
    piecework.import({ format: 'legacy-marxan', uploads, principal, name: 'Sea', options }),
  )
  const { archive } = await (await piecework.export({ resource: first.resource, principal })).result()
  assert.ok(archive)
  const second = await made(piecework.import({ archive, principal, name: 'Sea again' }))
  const third = await made(piecework.clone({ resource: second.resource, principal }))
  await assertEqualProjects(host, first.resource.id, second.resource.id, [second.job])
  await assertEqualProjects(host, second.resource.id, third.resource.id, [third.job])
  await assertQuiet(host, first.resource, second.resource, third.resource)
  return first.resource.id
}

const one = async <Row extends object>(sql: string, project: string): Promise<Row> => {
  const { rows } = await host.database.query<Row>(sql, [project])
  assert.equal(rows.length, 1)
  return rows[0] as Row
}

test('a project with features, costs and protected areas of shapefiles is exported, imported and cloned whole', async () => {
  await allTheWay({ ...smallProject(), ...shapefiles([0, 0, 4, 1]) })
})

test('features without a geometry are exported, imported and cloned without one', async () => {
  const project = await allTheWay(smallProject(), { 'legacy/features': { geometry: 'none' } })
  const { shapes } = await one<{ shapes: number }>(
    `SELECT count(*)::integer AS shapes FROM planning.feature_geometries g JOIN planning.features f ON f.id = g.feature_id
     WHERE f.project_id = $1`,
    project,
  )
  assert.equal(shapes, 0)
})

samples('every planning unit of a real grid has its amounts, cost and protection', async () => {
  const uploads = () =>
    sampleUploads('reefs-321', { input: 'input_no_connect.dat', spec: 'spec.dat', puvspr: 'puvspr2.dat' })
  const plain = await (
    await host.piecework.import({ format: 'legacy-marxan', uploads: uploads(), principal, name: 'Plain' })
  ).result()
  const extent = await one<{
    west: number
    south: number
    east: number
    north: number
    area: number
    units: number
  }>(
    `SELECT ST_XMin(box) - 0.001 AS west, ST_YMin(box) - 0.001 AS south, ST_XMax(box) + 0.001 AS east, ST_YMax(box) + 0.001 AS north, area, units
     FROM (SELECT ST_Extent(geom) AS box, sum(ST_Area(ST_Transform(geom, 3410))) AS area, count(*)::integer AS units
           FROM planning.planning_units WHERE project_id = $1) AS grid`,
    plain.resource?.id ?? '',
  )
  const { west, south, east, north, area, units } = extent
  assert.ok(areaOf([west, south, east, north]) > area)
  const { resource } = await (
    await host.piecework.import({
      format: 'legacy-marxan',
      uploads: { ...uploads(), ...shapefiles([west, south, east, north]) },
      principal,
      name: 'Reefs',
    })
  ).result()
  const found = await one<Record<string, number>>(
    `SELECT (SELECT sum(a.amount) FROM planning.feature_amounts a JOIN planning.features f ON f.id = a.feature_id
             WHERE f.project_id = p.id AND f.name = 'Coral')
          + (SELECT sum(ST_Area(ST_Transform(ST_Intersection(u.geom, ST_MakeEnvelope(${west}, ${south}, ${(west + east) / 2}, ${north}, 4326)), 3410)))
             FROM planning.planning_units u WHERE u.project_id = p.id) AS both,
            (SELECT sum(s.protected_area) FROM planning.scenario_planning_units s JOIN planning.scenarios c ON c.id = s.scenario_id
             WHERE c.project_id = p.id) AS protected,
            (SELECT count(*)::integer FROM planning.cost_surface_values v JOIN planning.cost_surfaces c ON c.id = v.cost_surface_id
             WHERE c.project_id = p.id AND c.name = 'Fishing' AND v.cost BETWEEN 0.5 AND 2) AS costs
     FROM planning.projects p WHERE p.id = $1`,
    resource?.id ?? '',
  )
  assertNear(found.both, area)
  assertNear(found.protected, area)
  assert.equal(found.costs, units)
})

test.run()
samples.run()
