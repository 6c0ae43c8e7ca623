import assert from 'node:assert/strict'
import type { ResourceRef } from '@piecework/core/piece'
import { equidistantConic } from '@piecework/test-support/fixtures/foreign-crs.js'
import { shapefileParts, square } from '@piecework/test-support/fixtures/shapefile-of.js'
import { suite } from 'uvu'
import { smallProject } from '../importers/small-project.js'
import { addColumn, addUnits, setValue, type Unpacked, unpack } from './support/archive.js'
import { changed, mallory, once } from './support/attacks.js'
import { assertEqualProjects } from './support/compare.js'
import { contentsOf } from './support/contents.js'
import { embeddedHost, type Host } from './support/host.js'
import { errorsOf, refused, spotOf } from './support/refused.js'
import { ann, tinyProject } from './support/tiny-project.js'

const test = suite('a whole host on the embedded database')
let host: Host
let project: ResourceRef
let key: string

test.before(async () => {
  host = await embeddedHost()
  project = await tinyProject(host)
  const { archive } = await (await host.piecework.export({ resource: project, principal: ann })).result()
  key = archive?.artifact ?? assert.fail()
})
test.after(() => host.stop())

const forged = async (change: (archive: Unpacked) => void) => ({
  archive: { stream: once(changed(await unpack(host.artifacts, key), change)) },
  principal: mallory,
})

test('an archive and a clone make equal projects', async () => {
  const imported = await host.piecework.import({ archive: { artifact: key }, principal: ann })
  const second = (await imported.result()).resource ?? assert.fail()
  const cloned = await host.piecework.clone({ resource: second, principal: ann })
  const third = (await cloned.result()).resource ?? assert.fail()
  await assertEqualProjects(host, project.id, second.id, [imported.id])
  await assertEqualProjects(host, second.id, third.id, [cloned.id])
})

test('all problems at once: what the validators find refuses the job in one report', async () => {
  const request = await forged((archive) => {
    addColumn(archive, 'planning_units.csv', 'id); DROP TABLE planning.projects; --', 'x')
    setValue(archive, 'cost_surface_values.csv', 'cost', 'y', 1)
  })
  const { code, findings } = await refused(host, request)
  assert.equal(code, 'validation-failed')
  assert.deepEqual(errorsOf(findings).map(spotOf).sort(), [
    'cost_surface_values.csv:3 cost table/value-invalid',
    'planning_units.csv:1 id); DROP TABLE planning.projects; -- table/column-unknown',
  ])
})

const told = {
  'a geometry that is garbage': [
    'planning_units.csv',
    'geom',
    '0103zz',
    'planning_units.csv:2 geom table/value-invalid',
  ],
  'a cost below zero': [
    'cost_surface_values.csv',
    'cost',
    '-1',
    'cost_surface_values.csv:2 table/check-violated',
  ],
} as const
for (const [what, [entry, column, value, spot]] of Object.entries(told)) {
  test(`all problems at once: what only the database knows is found before the first row: ${what}`, async () => {
    const { code, findings } = await refused(
      host,
      await forged((archive) => setValue(archive, entry, column, value, 0)),
    )
    assert.equal(code, 'validation-failed')
    assert.deepEqual(errorsOf(findings).map(spotOf), [spot])
  })
}

test('a line is told as it stands in the entry, although the entry is copied in parts', async () => {
  const request = await forged((archive) => {
    addUnits(archive, 30_000)
    setValue(archive, 'planning_units.csv', 'geom', '0103zz', 29_990)
  })
  const { findings } = await refused(host, request)
  assert.deepEqual(errorsOf(findings).map(spotOf), ['planning_units.csv:29992 geom table/value-invalid'])
})

test('nothing half-made: a cancelled import leaves nothing', async () => {
  const before = await contentsOf(host)
  const cancel = ({ job, node }: { readonly job: string; readonly node: string }) => {
    if (node.startsWith('import ')) void host.piecework.cancel(job, { principal: ann })
  }
  host.piecework.events.on('node:started', cancel)
  const job = await host.piecework.import({ archive: { artifact: key }, principal: ann })
  const { job: end } = await job.ended()
  host.piecework.events.off('node:started', cancel)
  assert.equal(end.status, 'cancelled', JSON.stringify(end.error))
  assert.deepEqual(await contentsOf(host), before)
  await host.piecework.guard.checkEditable(`project:${end.target?.id}`)
})

test('a grid in a coordinate reference system that only PROJ reads lies where it should', async () => {
  const at = (unit: number) => square(-700_000 + unit * 1000, 300_000, 1000)
  const features = [1, 2, 3, 4].map((id) => ({ rings: [at(id)], values: [String(id)] }))
  const grid = shapefileParts(features, { prj: equidistantConic })
  const job = await host.piecework.import({
    format: 'legacy-marxan',
    uploads: smallProject({ grid }),
    principal: ann,
    name: 'Small',
  })
  const { resource } = await job.result()
  const { rows } = await host.database.query<{ units: number; off: number }>(
    `SELECT count(*)::integer AS units, max(ST_Distance(ST_Centroid(ST_Transform(geom, '+proj=longlat +datum=WGS84',
              '+proj=eqdc +lat_0=39 +lon_0=-96 +lat_1=33 +lat_2=45 +ellps=GRS80 +units=m')),
            ST_MakePoint(-700000 + puid * 1000 + 500, 300500))) AS off
     FROM planning.planning_units WHERE project_id = $1`,
    [resource?.id ?? ''],
  )
  assert.equal(rows[0]?.units, 4)
  assert.ok((rows[0]?.off ?? Number.NaN) < 1, `${rows[0]?.off} metres off`)
})

test.run()
