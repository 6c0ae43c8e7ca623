import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import { equidistantConic, foreignCrs } from '@piecework/test-support/fixtures/foreign-crs.js'
import {
  type Feature,
  type Ring,
  shapefileParts,
  square,
  wgs84,
} from '@piecework/test-support/fixtures/shapefile-of.js'
import { suite } from 'uvu'
import { type PlanningHost, planningHost } from '../importers/planning-host.js'
import { smallProject } from '../importers/small-project.js'
import { imported, rows, run, told } from '../shapefiles/support/import.js'
import { layer, number, text } from '../shapefiles/support/uploads.js'

const test = needsServer(suite('coordinate reference systems that only PROJ reads'))
let host: PlanningHost

test.before(async () => {
  host = await planningHost()
})
test.after(() => host.stop())

const degrees = '+proj=longlat +datum=WGS84 +no_defs'

/** Rings in degrees in another reference system, given as a definition or by PROJ's own words. */
async function projected(rings: readonly Ring[], crs: string): Promise<Ring[]> {
  const { rows: found } = await host.database.query<{ ring: [number, number][] }>(
    `SELECT (ST_AsGeoJSON(ST_Transform(geom::geometry, $2, $3), 12)::jsonb -> 'coordinates') AS ring
     FROM unnest($1::text[]) WITH ORDINALITY AS given (geom, n) ORDER BY n`,
    [rings.map((ring) => `LINESTRING(${ring.map((position) => position.join(' ')).join()})`), degrees, crs],
  )
  return found.map(({ ring }) => ring)
}

/** Four units side by side, a tenth of a degree each. */
const unitsAt = ([x, y]: readonly [number, number]): Ring[] =>
  [0, 1, 2, 3].map((at) => square(x + at / 10, y, 0.1))

const features = (rings: readonly Ring[]): Feature[] =>
  rings.map((ring, at) => ({ rings: [ring], values: [String(at + 1)] }))

const gridIn = (rings: readonly Ring[], prj: string) => shapefileParts(features(rings), { prj })

const extents = `SELECT puid, ST_XMin(geom) AS west, ST_YMin(geom) AS south, ST_XMax(geom) AS east, ST_YMax(geom) AS north
  FROM planning.planning_units WHERE project_id = $1 ORDER BY puid`

/** The units of a project lie where these rings do. */
async function assertPlaced(project: string, rings: readonly Ring[]): Promise<void> {
  const found = await rows<Record<'puid' | 'west' | 'south' | 'east' | 'north', number>>(
    host,
    extents,
    project,
  )
  assert.equal(found.length, rings.length)
  for (const [at, { west, south, east, north }] of found.entries()) {
    const [xs, ys] = [0, 1].map((axis) => (rings[at] ?? []).map((position) => position[axis] ?? Number.NaN))
    const expected = [
      Math.min(...(xs ?? [])),
      Math.min(...(ys ?? [])),
      Math.max(...(xs ?? [])),
      Math.max(...(ys ?? [])),
    ]
    for (const [side, value] of [west, south, east, north].entries())
      assert.ok(Math.abs(value - (expected[side] ?? Number.NaN)) < 1e-7, `${value} is not ${expected[side]}`)
  }
}

for (const { about, prj, place } of foreignCrs)
  test(`a grid is accepted and lies where it should: ${about}`, async () => {
    const units = unitsAt(place)
    const grid = gridIn(await projected(units, prj), prj)
    const { project, report } = await imported(host, smallProject({ grid }))
    await assertPlaced(project, units)
    const unexpected = report.findings.filter(
      ({ code }) => code.startsWith('legacy/grid') && code !== 'legacy/grid-datum',
    )
    assert.deepEqual(unexpected, [])
  })

test('Equidistant Conic, by the words of PROJ', async () => {
  const units = unitsAt([-104, 41])
  const words = '+proj=eqdc +lat_0=39 +lon_0=-96 +lat_1=33 +lat_2=45 +datum=NAD83 +units=m +no_defs'
  const grid = gridIn(await projected(units, words), equidistantConic)
  const { project } = await imported(host, smallProject({ grid }))
  await assertPlaced(project, units)
})

test('across the antimeridian, and shapes that have to be repaired', async () => {
  const prj = equidistantConic.replace('"Central_Meridian",-96.0', '"Central_Meridian",180.0')
  const units = unitsAt([179.75, 40])
  const rings = await projected(units, prj)
  const [first = [], ...others] = rings
  const [a, b, c, d] = first
  const bowTie = a && b && c && d ? [a, c, b, d, a] : assert.fail()
  const { project } = await imported(host, smallProject({ grid: gridIn([bowTie, ...others], prj) }))
  const found = await rows<{ puid: number; parts: number; valid: boolean; west: number; east: number }>(
    host,
    `SELECT puid, ST_NumGeometries(geom) AS parts, ST_IsValid(geom) AS valid, ST_XMin(geom) AS west, ST_XMax(geom) AS east
     FROM planning.planning_units WHERE project_id = $1 ORDER BY puid`,
    project,
  )
  assert.deepEqual(
    found.map(({ parts, valid }) => [parts, valid]),
    [
      [2, true],
      [1, true],
      [2, true],
      [1, true],
    ],
  )
  assert.ok((found[2]?.west ?? 0) >= -180 && (found[2]?.east ?? 0) <= 180)
})

test('other shapefiles beside a grid in WGS 84', async () => {
  const units = unitsAt([-104, 41])
  const rings = await projected(units, equidistantConic)
  const prj = equidistantConic
  const uploads = {
    ...smallProject({ grid: gridIn(units, wgs84) }),
    ...layer(
      'features',
      rings.slice(0, 2).map((ring) => ({ rings: [ring], values: ['Eel grass'] })),
      { columns: [text('name')], prj },
    ),
    ...layer(
      'cost-surface',
      rings.map((ring, at) => ({ rings: [ring], values: [String(at + 1)] })),
      { columns: [number('cost')], prj },
    ),
    ...layer('protected-areas', [{ rings: [rings[0] ?? []], values: ['Park'] }], {
      columns: [text('NAME')],
      prj,
    }),
  }
  const { project } = await imported(host, uploads)
  const [found] = await rows<Record<string, unknown>>(
    host,
    `SELECT (SELECT json_agg(u.puid ORDER BY puid) FROM planning.feature_amounts a JOIN planning.features f ON f.id = feature_id
             JOIN planning.planning_units u ON u.id = planning_unit_id
             WHERE f.project_id = $1 AND NOT is_legacy AND amount > 1e6) AS units,
            (SELECT json_agg(round(cost::numeric, 3) ORDER BY puid) FROM planning.cost_surface_values v
             JOIN planning.cost_surfaces s ON s.id = cost_surface_id JOIN planning.planning_units u ON u.id = planning_unit_id
             WHERE s.project_id = $1 AND NOT is_default) AS costs,
            (SELECT round(ST_XMin(geom)::numeric, 6)::float8 FROM planning.protected_areas WHERE project_id = $1) AS west`,
    project,
  )
  assert.deepEqual(found, { units: [1, 2], costs: [1, 2, 3, 4], west: -104 })
})

const unknown = {
  'a method that PROJ does not know': equidistantConic.replace('"Equidistant_Conic"', '"Equidistant_Comic"'),
  'a parameter that is not known': equidistantConic.replace('Standard_Parallel_2', 'Standart_Parallel_2'),
  'what names a file': equidistantConic.replace(
    /\]$/,
    ',EXTENSION["PROJ4","+proj=eqdc +nadgrids=/etc/passwd"]]',
  ),
  'words of PROJ': '+proj=eqdc +lat_1=33 +lat_2=45',
  'half of it': equidistantConic.slice(0, 300),
}
for (const [what, prj] of Object.entries(unknown))
  test(`an unknown one is an error that names it: ${what}`, async () => {
    const report = await run(host, smallProject({ grid: gridIn(unitsAt([0, 0]), prj) }))
    assert.equal(report.job.status, 'failed')
    const found = report.findings.filter(({ file }) => file === 'planning-grid')
    assert.deepEqual(
      found.map(({ severity, code }) => `${severity} ${code}`),
      ['error legacy/grid-crs'],
    )
    assert.match(
      found[0]?.message ?? '',
      prj.startsWith('+') ? /no coordinate/ : /USA_Contiguous_Equidistant_Conic/,
    )
  })

test('positions that it cannot place are errors of their records', async () => {
  const prj = foreignCrs.find(({ about }) => about === 'Robinson')?.prj ?? assert.fail()
  const [one = [], two = [], three = []] = await projected(unitsAt([14, 47]), prj)
  const grid = gridIn([one, square(1e12, 1e12), two, three], prj)
  assert.deepEqual(await told(host, smallProject({ grid }), 'planning-grid'), [
    { severity: 'error', code: 'legacy/grid-shape-out-of-range', line: 2 },
  ])
})

test.run()
