import { needsServer } from '@piecework/test-support'
import { readLayer } from '@piecework/test-support/fixtures/read-layer.js'
import { readZip } from '@piecework/test-support/fixtures/read-zip.js'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { addFeatures, addGrid, addPlanningArea } from './support/fill.js'
import { type Exported, type Host, host, principal, projectRef } from './support/host.js'

const test = needsServer(suite('project/geodata'))
let here: Host

test.before(async () => {
  here = await host()
})
test.after(async () => {
  await here.close()
})

interface Feature {
  readonly properties: Readonly<Record<string, unknown>>
  readonly geometry: { readonly type: string; readonly coordinates: unknown } | null
}
const geoJson = ({ entries }: Exported, name: string): readonly Feature[] =>
  (JSON.parse(String(entries.get(`${name}.geojson`))) as { features: Feature[] }).features
const layer = async ({ entries }: Exported, name: string, kind = '') =>
  readLayer(await readZip(entries.get(`${name}.shp.zip`) ?? Buffer.alloc(0)), `${name}${kind}`)
const extremes = [0, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, 1e-7]

test('the grid has its units in order, with the costs of the default surface to the last digit', async () => {
  const project = await here.project()
  await addGrid(here.db, project, [2147483647, 3, 0, 7, 8, 9], [...extremes, null])
  const exported = await here.export(project)
  const wanted = [
    { puid: 0, cost: extremes[2] },
    { puid: 3, cost: extremes[1] },
    { puid: 7, cost: extremes[3] },
    { puid: 8, cost: extremes[4] },
    { puid: 9, cost: null },
    { puid: 2147483647, cost: 0 },
  ]
  assert.equal(
    geoJson(exported, 'grid').map(({ properties }) => properties),
    wanted,
  )
  const records = await layer(exported, 'grid')
  assert.equal(
    records.map(({ properties }) => properties),
    wanted,
  )
  const { rows } = await here.db.query<{ ring: unknown }>(
    `SELECT ST_AsGeoJSON(ST_ForcePolygonCW(geom), 20)::jsonb -> 'coordinates' AS ring
     FROM planning.planning_units WHERE project_id = $1 ORDER BY puid`,
    [project],
  )
  assert.equal(
    records.map(({ geometry }) => (geometry as Feature['geometry'])?.coordinates),
    rows.map(({ ring }) => ring),
  )
})

test('without a default surface the grid has no cost', async () => {
  const project = await here.project()
  await addGrid(here.db, project, [1])
  const exported = await here.export(project)
  assert.equal(geoJson(exported, 'grid')[0]?.properties, { puid: 1 })
  assert.equal((await layer(exported, 'grid'))[0]?.properties, { puid: 1 })
})

test('an empty project has an empty grid and no features, which are files all the same', async () => {
  const exported = await here.export(await here.project())
  assert.equal(
    [...exported.entries.keys()],
    ['features.geojson', 'features.shp.zip', 'grid.geojson', 'grid.shp.zip'],
  )
  assert.equal([geoJson(exported, 'grid'), geoJson(exported, 'features')], [[], []])
  assert.equal([await layer(exported, 'grid'), await layer(exported, 'features', '_polygons')], [[], []])
})

test('a planning area keeps its holes and parts, and its name', async () => {
  const project = await here.project()
  const wkt = 'MULTIPOLYGON(((0 0,10 0,10 10,0 10,0 0),(1 1,2 1,2 2,1 2,1 1)),((20 20,30 20,30 30,20 20)))'
  await addPlanningArea(here.db, project, 'Área ☃ "x"\n', wkt)
  const exported = await here.export(project)
  const [feature] = geoJson(exported, 'planning_area')
  assert.equal(feature?.properties, { name: 'Área ☃ "x"\n' })
  const { rows } = await here.db.query<{ ccw: unknown; cw: unknown }>(
    `SELECT ST_AsGeoJSON(ST_ForcePolygonCCW(g))::jsonb AS ccw, ST_AsGeoJSON(ST_ForcePolygonCW(g))::jsonb AS cw
     FROM ST_GeomFromText($1) AS g`,
    [wkt],
  )
  assert.equal(feature?.geometry, rows[0]?.ccw)
  const [record] = await layer(exported, 'planning_area')
  assert.equal(record?.geometry, rows[0]?.cw)
  assert.is(record?.properties.name, 'Área ☃ "x"')
})

test('a project that names administrative areas has the smallest of them', async () => {
  const project = await here.project()
  await here.db.query(
    `INSERT INTO planning.planning_areas (stable_key, name, geom)
     SELECT code, code, ST_Multi(ST_MakeEnvelope(0, 0, 1, 1, 4326)) FROM unnest(ARRAY['TWN', 'TWN.1']) AS code`,
  )
  await here.db.query(`UPDATE planning.projects SET country = 'TWN', admin_area_1 = 'TWN.1' WHERE id = $1`, [
    project,
  ])
  const [area, ...others] = geoJson(await here.export(project), 'planning_area')
  assert.equal([area?.properties, others], [{ name: 'TWN.1' }, []])
})

test('features have a row for each geometry, and one where there is none', async () => {
  const project = await here.project()
  await addFeatures(here.db, project, [
    { name: 'b', description: 'of points', geometries: [['POINT(1 2)'], ['MULTIPOINT((1 2),(3 4))']] },
    { name: 'a', geometries: [['LINESTRING(0 0,1 1)'], ['POLYGON EMPTY'], ['CIRCULARSTRING(0 0,1 1,2 0)']] },
    { name: 'none' },
  ])
  const exported = await here.export(project)
  assert.equal(
    geoJson(exported, 'features')
      .map(({ properties, geometry }) => `${properties.name} ${geometry?.type}`)
      .sort(),
    ['a LineString', 'a LineString', 'a undefined', 'b MultiPoint', 'b Point', 'none undefined'],
  )
  const names = async (kind: string) =>
    (await layer(exported, 'features', kind)).map(({ properties }) => properties.name)
  assert.equal(await names('_points'), ['b'])
  assert.equal(await names('_multipoints'), ['b'])
  assert.equal(await names('_lines'), ['a', 'a'])
  assert.equal(await names('_polygons'), ['a', 'none'])
  assert.is((await layer(exported, 'features', '_points'))[0]?.properties.descriptio, 'of points')
})

test('properties of geometries are columns of the type that holds all their values', async () => {
  const project = await here.project()
  const hostile = `'); DROP TABLE planning.features; --"\\`
  const given = [
    {
      count: 1,
      size: 1.5,
      ok: true,
      day: '2024-02-29',
      odd: '2023-02-29',
      big: 1,
      name: 'x',
      [hostile]: 'y',
      gone: null,
    },
    { count: -20, size: 1e-7, ok: false, day: '1999-12-31', odd: null, big: 2, name: { a: [1] }, '': 'z' },
  ]
  await addFeatures(here.db, project, [
    {
      name: 'f',
      geometries: [
        ['POINT(1 2)', given[0]],
        ['POINT(2 2)', given[1]],
        ['POINT(3 2)', 'no object'],
      ],
    },
  ])
  await here.db.query(
    `UPDATE planning.feature_geometries SET properties = jsonb_set(properties, '{big}', '1e400')
     WHERE properties ->> 'count' = '-20'`,
  )
  const exported = await here.export(project)
  const [third, first, second] = geoJson(exported, 'features')
    .map(({ properties }) => properties)
    .sort((a, b) => String(a.size).localeCompare(String(b.size)))
    .reverse()
  const own = ['name', 'alias', 'description', 'tag', 'is_legacy', 'source', 'amount_min', 'amount_max']
  const properties = (row?: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(row ?? {}).filter(([name]) => !own.includes(name)))
  assert.equal(properties(second), {
    '': null,
    count: 1,
    size: 1.5,
    ok: true,
    day: '2024-02-29',
    odd: '2023-02-29',
    big: '1',
    gone: null,
    'properties.name': 'x',
    [hostile]: 'y',
  })
  assert.equal(properties(first), {
    '': 'z',
    count: -20,
    size: 1e-7,
    ok: false,
    day: '1999-12-31',
    odd: null,
    big: `1${'0'.repeat(400)}`,
    gone: null,
    'properties.name': '{"a": [1]}',
    [hostile]: null,
  })
  assert.ok(Object.values(properties(third)).every((value) => value === null))
  const records = await layer(exported, 'features', '_points')
  const read = records.find(({ properties }) => properties.count === -20)?.properties
  assert.is(read?.size, 1e-7)
  assert.is(read?.ok, false)
  assert.ok(read?.day instanceof Date)
  assert.is(read?.big, `1${'0'.repeat(253)}`)
})

test('texts that are cut are told, and are whole in GeoJSON', async () => {
  const project = await here.project()
  await addFeatures(here.db, project, [
    { name: 'é'.repeat(128), description: 'x' },
    { name: 'e'.repeat(254) },
  ])
  const exported = await here.export(project)
  assert.equal(
    exported.report.findings.map(({ code, file, column, count }) => [code, file, column, count]),
    [['project/geodata-cut', 'features.shp.zip', 'name', 1]],
  )
  assert.equal(geoJson(exported, 'features')[1]?.properties.name, 'é'.repeat(128))
  const names = (await layer(exported, 'features', '_polygons')).map(({ properties }) => properties.name)
  assert.equal(names, ['e'.repeat(254), 'é'.repeat(127)])
})

test('coordinates that are not finite are told', async () => {
  const project = await here.project()
  await addFeatures(here.db, project, [{ name: 'f', geometries: [['POINT(1 2)']] }])
  await here.db.query(
    `UPDATE planning.feature_geometries SET geom = ST_SetSRID(ST_MakeLine(ST_MakePoint(0, 0), ST_MakePoint('Infinity', 1)), 4326)
     WHERE feature_id IN (SELECT id FROM planning.features WHERE project_id = $1)`,
    [project],
  )
  const exported = await here.export(project)
  assert.equal(
    exported.report.findings.map(({ code, count }) => [code, count]),
    [['project/geodata-geometry', 1]],
  )
  assert.is(geoJson(exported, 'features')[0]?.geometry, null)
})

test('more properties than a table has columns are told', async () => {
  const project = await here.project()
  const many = Object.fromEntries(
    Array.from({ length: 201 }, (_, at) => [`key ${at + 1000}`, 'x'.repeat(300)]),
  )
  await addFeatures(here.db, project, [{ name: 'f', geometries: [['POINT(1 2)', many]] }])
  const exported = await here.export(project)
  assert.ok(exported.report.findings.some(({ code }) => code === 'project/geodata-properties'))
  const [record] = await layer(exported, 'features', '_points')
  assert.is(Object.keys(record?.properties ?? {}).length, 208)
})

test('reproducible: a project and its clone have equal bytes; the piece itself is in no clone', async () => {
  const project = await here.project()
  await addGrid(here.db, project, [1, 2, 3], [1, 2, 3])
  await addPlanningArea(here.db, project, null, 'MULTIPOLYGON(((0 0,1 0,1 1,0 0)))')
  await addFeatures(here.db, project, [
    { name: 'f', geometries: Array.from({ length: 20 }, (_, at) => [`POINT(${at % 4} 2)`, { n: at % 3 }]) },
  ])
  const clone = await (await here.piecework.clone({ principal, resource: projectRef(project) })).ended()
  assert.is(clone.job.outcome, 'succeeded')
  assert.not.ok(clone.nodes.some(({ id }) => id.includes('geodata')))
  const [first, second] = [await here.export(project), await here.export(clone.job.target?.id ?? '')]
  assert.is(first.entries.size, 6)
  for (const [path, bytes] of first.entries) assert.ok(second.entries.get(path)?.equals(bytes), path)
})

test('an archive with it is imported without findings', async () => {
  const project = await here.project()
  await addGrid(here.db, project, [1, 2])
  const { artifact, entries } = await here.export(project)
  assert.ok(entries.size > 0)
  const report = await (await here.piecework.import({ principal, archive: { artifact } })).ended()
  assert.is(report.job.outcome, 'succeeded')
  assert.equal(report.findings, [])
})

test('formats are chosen; without any, and when it is left out, there is nothing', async () => {
  const project = await here.project()
  const formats = async (...formats: string[]) => [
    ...(await here.export(project, { options: { 'project/geodata': { formats } } })).entries.keys(),
  ]
  assert.equal(await formats('geojson'), ['features.geojson', 'grid.geojson'])
  assert.equal(await formats('shapefile'), ['features.shp.zip', 'grid.shp.zip'])
  assert.equal(await formats(), [])
  assert.is((await here.export(project, { without: ['project/geodata'] })).entries.size, 0)
  await here.piecework
    .export({
      principal,
      resource: projectRef(project),
      options: { 'project/geodata': { formats: ['kml'] } },
    })
    .then(
      () => assert.unreachable(),
      (error) => assert.is(error.code, 'options-invalid'),
    )
})

test.run()
