import assert from 'node:assert/strict'
import { jobIds } from '@piecework/core/piece'
import { openGrid } from '@piecework/marxan-files'
import { needsServer } from '@piecework/test-support'
import {
  type Feature,
  type Ring,
  shapefileParts,
  square,
  zippedGrid,
} from '@piecework/test-support/fixtures/shapefile-of.js'
import { uploadOf } from '@piecework/test-support/fixtures/upload-of.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { type PlanningHost, planningHost } from './planning-host.js'
import { smallProject } from './small-project.js'

const test = needsServer(suite('rows of an imported planning grid'))
let host: PlanningHost

test.before(async () => {
  host = await planningHost()
})
test.after(() => host.stop())

/** Clockwise, as outer rings are. */
const regular = (corners: number, x: number, y: number, radius = 0.4): Ring => {
  const points = Array.from({ length: corners }, (_, at): Ring[number] => {
    const angle = (-2 * Math.PI * at) / corners
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)]
  })
  return [...points, ...points.slice(0, 1)]
}

/** Valid shapes of one ring, with a hole, and of two parts, each in a cell of its own. */
type Shape = (x: number, y: number) => Ring[]
const ofCorners =
  (corners: number): Shape =>
  (x, y) => [regular(corners, x, y)]
const withHole: Shape = (x, y) => [square(x, y, 0.8), [...square(x + 0.2, y + 0.2, 0.3)].reverse()]
const ofTwoParts: Shape = (x, y) => [square(x, y, 0.2), square(x + 0.5, y + 0.5, 0.2)]
const shapeCases = [withHole, ofTwoParts, ...[3, 4, 6, 40, 6, 4, 3].map(ofCorners), ofTwoParts, withHole]
const anyShape = fc.oneof(
  fc.integer({ min: 3, max: 40 }).map(ofCorners),
  fc.constant(withHole),
  fc.constant(ofTwoParts),
)

/** Units as COPY takes them in CSV: geometries in hexadecimal. */
async function* csv(features: readonly Feature[]): AsyncGenerator<Uint8Array> {
  const grid = await openGrid(uploadOf(zippedGrid(features)))
  for await (const batch of grid.features())
    for (const { id, geometry } of batch) {
      assert.ok('id' in id && 'ewkb' in geometry)
      yield Buffer.from(`${id.id},${geometry.ewkb}\n`)
    }
}

async function imported(features: readonly Feature[]) {
  const rows = features.map(({ values: [id] }) => `${id},1,0\n`)
  const uploads = smallProject({
    grid: shapefileParts(features),
    'pu.dat': `id,cost,status\n${rows.join('')}`,
    'puvspr.dat': `species,pu,amount\n8,${features[0]?.values[0]},6\n`,
  })
  const request = { format: 'legacy-marxan', uploads, principal: { id: 'ann' }, name: 'Rows', options }
  const { job, findings } = await (await host.piecework.import(request)).ended()
  assert.equal(job.status, 'succeeded', JSON.stringify([job.error, findings]))
  return job
}

const options = { 'legacy/features': { geometry: 'none' }, 'legacy/planning-area': { skip: true } }

test('new ids, honest counts: every unit has its id, and its shape as COPY in CSV stores it, byte for byte', async () => {
  const property = fc.asyncProperty(fc.array(anyShape, { minLength: 1, maxLength: 60 }), async (shapes) => {
    const features = shapes.map((shape, at) => ({
      rings: shape(at % 10, Math.floor(at / 10)),
      values: [String(2 ** 31 - 1 - 997 * at)],
    }))
    const job = await imported(features)
    const stored = await host.database.transaction(async (tx) => {
      await tx.query('CREATE TEMPORARY TABLE given (puid int, geom geometry(Geometry, 4326)) ON COMMIT DROP')
      await tx.copyIn({ table: 'given', columns: ['puid', 'geom'] }, csv(features))
      const { rows } = await tx.query<{ id: string; puid: number; same: boolean }>(
        `SELECT id, puid, u.geom::bytea = g.geom::bytea AND ST_Summary(u.geom) = ST_Summary(g.geom)
                AND pg_column_size(u.geom) = pg_column_size(g.geom) AS same
         FROM given g JOIN planning.planning_units u USING (puid) WHERE project_id = $1`,
        [job.result.resource?.id],
      )
      return rows
    })
    assert.equal(stored.length, features.length)
    const ids = jobIds(job.id)
    for (const { id, puid, same } of stored)
      assert.deepEqual([puid, id, same], [puid, ids.idOf('planning_units', String(puid)), true])
  })
  const examples: [Shape[]][] = [[shapeCases], [[...shapeCases].reverse()], [shapeCases.slice(0, 1)]]
  await fc.assert(property, { numRuns: 10, examples })
})

test.run()
