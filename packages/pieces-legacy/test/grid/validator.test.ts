import assert from 'node:assert/strict'
import type { Entries, Finding } from '@piecework/core/piece'
import { needsServer, type ScratchPostgis, scratchPostgis } from '@piecework/test-support'
import {
  type Feature,
  type Ring,
  shapefileParts,
  square,
  squares,
  zippedGrid,
  zippedParts,
} from '@piecework/test-support/fixtures/shapefile-of.js'
import { uploadOf } from '@piecework/test-support/fixtures/upload-of.js'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { planningGridValidator } from '#internal/planning-grid/planning-grid-validator.js'
import { databaseChecks } from '#internal/shapes/database-checks.js'
import { geometriesOf } from './geometries-of.js'

const test = needsServer(suite('planning grid: validation'))
let postgis: ScratchPostgis

test.before(async () => {
  postgis = await scratchPostgis()
})
test.after(() => postgis.stop())

async function validate(entries: Entries): Promise<readonly Omit<Finding, 'piece'>[]> {
  const resource = { kind: 'project', id: 'p' }
  return postgis.database.transaction(
    async (tx) => {
      const found = []
      const context = {
        jobId: 'j',
        resource,
        target: resource,
        carries: () => true,
        principal: { id: 'ann' },
        options: {},
        entries,
        tx,
      }
      const { signal } = new AbortController()
      for await (const finding of planningGridValidator({ checks: databaseChecks }).validate({
        ...context,
        signal,
        progress: () => {},
      }))
        found.push(finding)
      return found
    },
    { readOnly: true },
  )
}

const codes = (findings: readonly Omit<Finding, 'piece'>[]) =>
  findings.map(({ severity, code, line }) => `${severity} ${code}${line === undefined ? '' : ` ${line}`}`)

const features = (...shapes: readonly (readonly Ring[] | undefined)[]): readonly Feature[] =>
  shapes.map((rings, at) => ({ rings, values: [String(at)] }))

const validated = async (...shapes: readonly (readonly Ring[] | undefined)[]) =>
  codes(await validate(uploadOf(zippedGrid(features(...shapes)))))

const hole = (ring: Ring): Ring => [...ring].reverse()
async function asText(...rings: readonly Ring[]): Promise<string | undefined> {
  const [ewkb] = await geometriesOf(uploadOf(zippedGrid(features(rings))))
  const { rows } = await postgis.database.query<{ text: string }>('SELECT ST_AsEWKT($1::geometry) AS text', [
    ewkb,
  ])
  return rows[0]?.text
}

test('ids: every problem of every record is told, with its record', async () => {
  const ids = ['1', '', '-1', '1.5', '********', '1', '2.0', '9999999999', '1']
  assert.deepEqual(codes(await validate(uploadOf(zippedGrid(squares(ids))))), [
    'error legacy/grid-id-null 2',
    'error legacy/grid-id-negative 3',
    'error legacy/grid-id-fraction 4',
    'error legacy/grid-id-overflow 5',
    'error legacy/grid-id-duplicate 6',
    'error legacy/grid-id-duplicate 9',
    'error legacy/grid-id-too-large 8',
    'warning legacy/grid-id-float 7',
  ])
})

test('findings of one kind are listed up to 100 and counted beyond', async () => {
  const found = await validate(uploadOf(zippedGrid(squares(Array.from({ length: 1500 }, () => '-1')))))
  assert.equal(found.length, 100)
  assert.equal(found[0]?.count, 1500)
})

test('polygons with holes and parts keep them', async () => {
  assert.equal(
    await asText(square(0, 0, 9), hole(square(1, 1)), hole(square(3, 3))),
    'SRID=4326;POLYGON((0 0,0 9,9 9,9 0,0 0),(1 1,2 1,2 2,1 2,1 1),(3 3,4 3,4 4,3 4,3 3))',
  )
  assert.equal(
    await asText(square(0, 0, 3), square(10, 0, 3), hole(square(11, 1))),
    'SRID=4326;MULTIPOLYGON(((0 0,0 3,3 3,3 0,0 0)),((10 0,10 3,13 3,13 0,10 0),(11 1,12 1,12 2,11 2,11 1)))',
  )
  assert.deepEqual(await validated([square(0, 0, 3), hole(square(1, 1))], [square(0, 0), square(5, 5)]), [])
})

test('parts that do not belong together are refused', async () => {
  const three = shapefileParts(squares([1, 2, 3]))
  const two = shapefileParts(squares([1, 2]))
  for (const parts of [
    { ...three, dbf: two.dbf },
    { ...three, shx: two.shx },
    { ...three, shp: two.shp },
    { ...two, shp: three.shp },
  ])
    assert.deepEqual(codes(await validate(uploadOf(zipOf(zippedParts(parts))))), [
      'error legacy/grid-parts-differ',
    ])
})

test('hostile archives: a .shp or .dbf that is cut or changed anywhere gives findings, never a crash', async () => {
  const parts = shapefileParts(features([square(0, 0, 3), hole(square(1, 1))], [square(5, 5)]))
  const part = fc.constantFrom('shp' as const, 'dbf' as const)
  await fc.assert(
    fc.asyncProperty(part, fc.nat(), fc.nat(255), fc.boolean(), async (name, position, value, cut) => {
      const bytes = Buffer.from(parts[name])
      const at = position % bytes.length
      bytes[at] = value
      const changed = { ...parts, [name]: cut ? bytes.subarray(0, at) : bytes }
      const found = await validate(uploadOf(zipOf(zippedParts(changed))))
      assert.ok(found.every(({ code }) => code.startsWith('legacy/grid-')))
      if (cut && at < bytes.length - 1) assert.ok(found.some(({ severity }) => severity === 'error'))
    }),
    { numRuns: 300 },
  )
})

test.run()
