import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import type { JobReport, ResourceRef } from '@piecework/core'
import { isPieceworkError } from '@piecework/core/piece'
import { needsGdal, needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { gdalReads, type ReadLayer } from '../support/gdal-reads.js'
import { addProject } from '../support/project-rows.js'
import { sampleProject } from '../support/sample-project.js'
import { ana, succeeded, type TenureHost, tenureHost } from '../support/tenure-host.js'

const test = needsGdal(needsServer(suite('a GeoPackage')))
let host: TenureHost
test.before(async () => {
  host = await tenureHost()
})
test.after(() => host.close())

const output = 'tenure/gpkg'

async function exported(resource: ResourceRef): Promise<{ bytes: Buffer; report: JobReport }> {
  const job = await host.piecework.export({ resource, outputs: [{ name: output }], principal: ana })
  const report = await succeeded(Promise.resolve(job))
  return {
    report,
    bytes: await buffer((await host.piecework.download(job.id, { output, principal: ana })).bytes),
  }
}

async function layersOf(id: string, kind = 'tenure-project'): Promise<readonly ReadLayer[]> {
  const { bytes } = await exported({ kind, id })
  return gdalReads(new Map([['tenure.gpkg', bytes]]), 'tenure.gpkg')
}

const rows = async (sql: string, id: string): Promise<readonly unknown[]> =>
  (await host.db.query<{ one: unknown }>(sql, [id])).rows.map(({ one }) => one)

const sorted = (all: readonly unknown[]): readonly string[] =>
  all.map((one) => JSON.stringify(one)).toSorted()

test('GDAL reads every location with any geometry or none, party and relationship, with types and nulls', async () => {
  const { id } = await sampleProject(host.db, host.files)
  const [locations, parties, relationships, attributes, ...others] = await layersOf(id)
  assert.ok(locations && parties && relationships && attributes)
  assert.deepEqual(others, [])
  assert.deepEqual(
    [locations, parties, relationships, attributes].map(({ name, geometry, crs }) => [name, geometry, crs]),
    [
      ['locations', 'Unknown (any)', 'WGS 84'],
      ['parties', 'None', null],
      ['relationships', 'None', null],
      ['attributes', 'None', null],
    ],
  )
  assert.deepEqual(locations.fields, [
    ['id', 'String'],
    ['type', 'String'],
    ['area', 'Real'],
    ['quality', 'String'],
    ['never', 'String'],
  ])
  const expected = await rows(
    `SELECT jsonb_build_array(geom IS NULL, id, type, area, attributes->>'quality', null) AS one
     FROM tenure.locations WHERE project_id = $1`,
    id,
  )
  const found = locations.rows.map(([shape, ...values]) => [shape, ...values])
  assert.deepEqual(sorted(found.map(([shape, ...values]) => [shape === null, ...values])), sorted(expected))
  const { rows: equal } = await host.db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM tenure.locations l JOIN jsonb_array_elements($2::jsonb) f ON f->>1 = l.id
     WHERE l.project_id = $1 AND ST_AsEWKB(l.geom) IS NOT DISTINCT FROM ST_AsEWKB(ST_GeomFromText(f->>0, 4326))`,
    [id, JSON.stringify(found)],
  )
  assert.equal(equal[0]?.n, 8)
  assert.deepEqual(parties.fields, [
    ['id', 'String'],
    ['name', 'String'],
    ['type', 'String'],
    ['phone', 'String'],
    ['age', 'Real'],
    ['members', 'String'],
    ['nested', 'String'],
    ['note', 'String'],
  ])
  assert.deepEqual(
    sorted(parties.rows.map(([, , ...values]) => values)),
    sorted([
      ['=cmd()', 'GR', null, null, 'a\\;b;c\\\\;;', '{"deep":[1,null]}', null],
      ['Ana', 'IN', '+44 20', 33, null, null, null],
      ['Ana', 'IN', null, null, null, null, null],
      ['Ministry, "of" Land\nand Water', 'CO', null, null, null, null, ''],
    ]),
  )
  assert.deepEqual(
    sorted(relationships.rows.map(([, ...values]) => values)),
    sorted(
      await rows(
        `SELECT jsonb_build_array(id, party_id, location_id, tenure_type, (attributes->'since')::text) AS one
         FROM tenure.tenure_relationships WHERE project_id = $1`,
        id,
      ),
    ),
  )
  assert.deepEqual(
    attributes.fields.map(([name]) => name),
    ['id', 'table', 'column', 'attribute', 'kind', 'asked_of', 'field'],
  )
})

test('names, numbers, booleans and texts that SQLite or GDAL would change', async () => {
  const odd = {
    Fid: 'a',
    GEOMETRY: 'b',
    Name: 'c',
    name: 'd',
    'a"b <&> \u0001': 'e',
    date: '2020-01-01',
    time: '2020-01-01T10:00:00Z',
    digits: '0012',
    big: 12345678901234567000,
    tiny: 5e-324,
    yes: true,
  }
  const id = await addProject(host.db, {
    schemas: [],
    parties: [],
    locations: [
      ['PA', 0.1, 'CURVEPOLYGON(CIRCULARSTRING(0 0, 4 0, 4 4, 0 4, 0 0))', JSON.stringify(odd)],
      ['PA', null, 'POINT EMPTY', JSON.stringify({ yes: false, big: 1 })],
    ],
    relationships: [],
  })
  const layers = await layersOf(id)
  const [locations, parties, attributes] = ['locations', 'parties', 'attributes'].map((name) =>
    layers.find((layer) => layer.name === name),
  )
  assert.ok(locations && parties && attributes)
  const columns = new Map(
    attributes.rows.map(([, , table, column, attribute]) => [`${table} ${attribute}`, column]),
  )
  const full = locations.rows.find((row) => row.includes(0.1)) ?? [null]
  const at = new Map(locations.fields.map(([name], place) => [name, place + 1]))
  for (const [attribute, value] of Object.entries(odd)) {
    const column = String(columns.get(`locations ${attribute}`))
    assert.equal(full[at.get(column) ?? -1], value, `${attribute}, in ${column}`)
  }
  assert.deepEqual(
    ['Fid', 'GEOMETRY', 'name'].map((name) => columns.get(`locations ${name}`)),
    ['attribute_Fid', 'attribute_GEOMETRY', 'attribute_name'],
  )
  assert.deepEqual(new Map(locations.fields.map(([name, type]) => [name, type])).get('yes'), 'Boolean')
  assert.deepEqual(locations.rows.map(([shape]) => shape).toSorted(), [
    'CURVEPOLYGON (CIRCULARSTRING (0 0,4 0,4 4,0 4,0 0))',
    'POINT EMPTY',
  ])
  assert.deepEqual([parties.rows, parties.fields.map(([name]) => name)], [[], ['id', 'name', 'type']])
})

test('equal content has equal bytes; an organization has the tables of each project', async () => {
  const { id, organization } = await sampleProject(host.db, host.files)
  const resource = { kind: 'tenure-project', id }
  const { bytes } = await exported(resource)
  assert.ok(bytes.equals((await exported(resource)).bytes))
  const layers = await layersOf(organization, 'tenure-organization')
  assert.equal(layers.length, 4)
  await sampleProject(host.db, host.files, organization)
  const both = (await layersOf(organization, 'tenure-organization')).map(({ name }) => name)
  assert.equal(both.length, 8)
  assert.ok(both.includes(`london-${id}_locations`), both.join())
})

test('where GDAL is not installed it is refused at request, with how to install it', async () => {
  const { id } = await sampleProject(host.db, host.files)
  const path = process.env.PATH
  process.env.PATH = '/nowhere'
  try {
    const asked = host.piecework.export({
      resource: { kind: 'tenure-project', id },
      outputs: [{ name: 'tenure/shp' }, { name: output }],
      principal: ana,
    })
    await assert.rejects(
      asked,
      (error) => isPieceworkError(error, 'gdal/missing') && /apt-get install gdal-bin/.test(error.message),
    )
  } finally {
    process.env.PATH = path
  }
})

test.run()
