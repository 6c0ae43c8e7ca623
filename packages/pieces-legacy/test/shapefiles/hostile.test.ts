import assert from 'node:assert/strict'
import { isPieceworkError } from '@piecework/core/piece'
import { needsServer } from '@piecework/test-support'
import {
  type ShapefileParts,
  shapefileParts,
  zippedParts,
} from '@piecework/test-support/fixtures/shapefile-of.js'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import { type PlanningHost, planningHost } from '../importers/planning-host.js'
import { smallProject } from '../importers/small-project.js'
import { bytes } from '../importers/uploads.js'
import { run, told } from './support/import.js'
import { box, layer, number, text } from './support/uploads.js'

const test = needsServer(suite('hostile archives: hostile shapefiles'))
const codes = {
  features: 'legacy/feature-shapes',
  'cost-surface': 'legacy/cost-shapes',
  'protected-areas': 'legacy/protected-area-shapes',
}
let host: PlanningHost

test.before(async () => {
  host = await planningHost()
})
test.after(() => host.stop())

const whole = shapefileParts([box([0, 0, 4, 1], 'Reef', '1')], { columns: [text('name'), number('cost')] })
const parts = (changed: Partial<ShapefileParts>) => zipOf(zippedParts({ ...whole, ...changed }))
const points = Buffer.from(whole.shp)
points.writeInt32LE(1, 32)
const oddFlag = Buffer.from(whole.dbf)
oddFlag.write('X', oddFlag.readUInt16LE(8), 'latin1')

const attacks: Readonly<Record<string, readonly Buffer[]>> = {
  zip: [Buffer.from('no zip at all'), parts({}).subarray(0, 200)],
  path: [zipOf([...zippedParts(whole), { name: '../evil', bytes: Buffer.from('x') }])],
  encrypted: [zipOf(zippedParts(whole).map((entry) => ({ ...entry, encrypted: true })))],
  'two-layers': [zipOf([...zippedParts(whole), ...zippedParts(whole, 'other')])],
  'missing-part': [zipOf(zippedParts(whole).filter(({ name }) => !name.endsWith('.prj')))],
  'too-large': [
    zipOf(
      zippedParts(whole).map((entry) =>
        entry.name.endsWith('.dbf') ? { ...entry, statedSize: 2 ** 31 + 1 } : entry,
      ),
    ),
  ],
  'not-polygons': [parts({ shp: points })],
  crs: [parts({ prj: Buffer.from('LOCAL_CS["quarry"]') })],
  shp: [parts({ shp: whole.shp.subarray(0, whole.shp.length - 8) })],
  dbf: [parts({ dbf: whole.dbf.subarray(0, 40) }), parts({ dbf: oddFlag })],
  'parts-differ': [
    parts({
      dbf: shapefileParts([box([0, 0, 1, 1], 'a', '1'), box([1, 0, 2, 1], 'b', '1')], {
        columns: [text('name'), number('cost')],
      }).dbf,
    }),
  ],
  empty: [zipOf(zippedParts(shapefileParts([], { columns: [text('name'), number('cost')] })))],
}

for (const [role, code] of Object.entries(codes))
  test(`${role}: each is refused by its own code`, async () => {
    for (const [problem, zips] of Object.entries(attacks))
      for (const zip of zips) {
        const findings = await told(host, { ...smallProject(), [role]: bytes(zip) }, role)
        assert.deepEqual(
          findings.map(({ severity, code }) => [severity, code]),
          [['error', `${code}-${problem}`]],
          problem,
        )
      }
  })

test('text that would be SQL, CSV or an end of data stays text', async () => {
  const names = [`'); DROP TABLE planning.features; --`, 'a"b,c', '\\.', 'two\nlines', '{"a":1}']
  const report = await run(host, {
    ...smallProject(),
    ...layer(
      'features',
      names.map((name) => box([0, 0, 1, 1], name)),
      { columns: [text('name', 60)] },
    ),
    ...layer(
      'protected-areas',
      names.map((name) => box([0, 0, 1, 1], name)),
      { columns: [text('NAME', 60)] },
    ),
  })
  assert.equal(report.job.status, 'succeeded', JSON.stringify(report.job.error))
  for (const sql of [
    'SELECT name FROM planning.features WHERE project_id = $1 AND NOT is_legacy',
    'SELECT name FROM planning.protected_areas WHERE project_id = $1',
  ]) {
    const { rows } = await host.database.query<{ name: string }>(sql, [report.job.result.resource?.id])
    assert.deepEqual(rows.map(({ name }) => name).sort(), [...names].sort())
  }
})

test('names are read in the encoding of the table, and end at a NUL', async () => {
  const uploads = layer('features', [box([0, 0, 1, 1], 'R\u00e9cif\0junk')], { columns: [text('name')] })
  const report = await run(host, { ...smallProject(), ...uploads })
  assert.equal(report.job.status, 'succeeded', JSON.stringify(report.job.error))
  const { rows } = await host.database.query(
    'SELECT name FROM planning.features WHERE project_id = $1 AND NOT is_legacy',
    [report.job.result.resource?.id],
  )
  assert.deepEqual(rows, [{ name: 'R\u00e9cif' }])
})

test('metadata that says nothing or two things is refused', async () => {
  const shapes = [box([0, 0, 4, 1], 'Reef')]
  for (const [role, metadata] of [
    ['features', { name: 'Reef', nameAttribute: 'name' }],
    ['features', { name: ' ' }],
    ['features', { attribute: 'name' }],
    ['cost-surface', { costAttribute: '' }],
    ['cost-surface', { nameAttribute: 'name' }],
    ['protected-areas', { name: 'Reef', nameAttribute: 'name' }],
    ['protected-areas', { name: 7 }],
  ] as const)
    await assert.rejects(
      run(host, { ...smallProject(), ...layer(role, shapes, { columns: [text('name')], metadata }) }),
      (error) => isPieceworkError(error, 'options-invalid'),
      JSON.stringify(metadata),
    )
})

test.run()
