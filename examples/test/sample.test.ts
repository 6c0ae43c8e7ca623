import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readLayer } from '@piecework/test-support/fixtures/read-layer.js'
import { readZip } from '@piecework/test-support/fixtures/read-zip.js'
import type { Polygon } from 'geojson'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeSample } from '../src/sample/make-sample.js'

const run = promisify(execFile)
const test = suite('sample')
const count = 150
let root: string
let dir: string

test.before(async () => {
  root = await mkdtemp(join(tmpdir(), 'piecework-sample-'))
  dir = join(root, 'sample')
  await makeSample(dir, { seed: 7, units: count })
})
test.after(() => rm(root, { recursive: true }))

async function table(name: string): Promise<Record<string, string>[]> {
  const text = await readFile(join(dir, 'input', name), 'utf8')
  const [header = '', ...rows] = text.trimEnd().split('\n')
  const columns = header.split(',')
  return rows.map((row) => {
    const cells = row.split(',')
    assert.is(cells.length, columns.length, row)
    return Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? '']))
  })
}

async function digest(folder: string): Promise<string> {
  const hash = createHash('sha256')
  for (const path of (await readdir(folder, { recursive: true })).sort()) {
    hash.update(path).update(await readFile(join(folder, path)).catch(() => 'a folder'))
  }
  return hash.digest('hex')
}

const numbers = (rows: Record<string, string>[], column: string) => rows.map((row) => Number(row[column]))

test('units have ids from 1, costs and all four statuses', async () => {
  const units = await table('pu.dat')
  assert.equal(
    numbers(units, 'id'),
    Array.from({ length: count }, (_, at) => at + 1),
  )
  assert.ok(numbers(units, 'cost').every((cost) => cost > 0))
  assert.equal([...new Set(numbers(units, 'status'))].sort(), [0, 1, 2, 3])
})

test('every feature has a target and amounts in known units, each pair once, sorted as Marxan wants them', async () => {
  const features = numbers(await table('spec.dat'), 'id')
  const rows = await table('puvspr.dat')
  assert.equal(
    [...new Set(numbers(rows, 'species'))].sort((a, b) => a - b),
    features,
  )
  assert.ok(numbers(rows, 'amount').every((amount) => amount > 0))
  const places = rows.map(({ pu, species }) => Number(pu) * 100 + Number(species))
  assert.equal(
    places,
    [...new Set(places)].sort((a, b) => a - b),
  )
  assert.ok(numbers(rows, 'pu').every((pu) => pu >= 1 && pu <= count))
})

test('the six sides of every hexagon are in bound.dat', async () => {
  const sides = new Map<number, number>()
  for (const { id1, id2, boundary } of await table('bound.dat')) {
    for (const id of new Set([Number(id1), Number(id2)]))
      sides.set(id, (sides.get(id) ?? 0) + Number(boundary))
  }
  assert.is(sides.size, count)
  assert.is(new Set(sides.values()).size, 1)
})

test('shapefile reads the grid: closed hexagons; units that have a boundary have two corners in common', async () => {
  const zip = await readZip(await readFile(join(dir, 'shapefile', 'pulayer.zip')))
  const features = await readLayer(zip, 'pulayer')
  const rings = new Map<unknown, string[]>()
  for (const { geometry, properties } of features) {
    const ring = (geometry as Polygon).coordinates[0] ?? []
    assert.is(ring.length, 7)
    assert.equal(ring[0], ring[6])
    rings.set(properties.puid, ring.slice(1).map(String))
  }
  assert.equal([...rings.keys()], numbers(await table('pu.dat'), 'id'))
  for (const { id1, id2 } of await table('bound.dat')) {
    const corners = rings.get(Number(id2))
    const common = rings.get(Number(id1))?.filter((corner) => corners?.includes(corner))
    assert.is(common?.length, id1 === id2 ? 6 : 2, `${id1} and ${id2}`)
  }
})

test('equal seeds make equal files, another seed other ones', async () => {
  await makeSample(join(root, 'again'), { seed: 7, units: count })
  await makeSample(join(root, 'other'), { seed: 8, units: count })
  assert.is(await digest(join(root, 'again')), await digest(dir))
  assert.is.not(await digest(join(root, 'other', 'input')), await digest(join(dir, 'input')))
})

const gdal = await run('ogrinfo', ['--version']).catch(() => undefined)
if (gdal === undefined) console.log('skipped: GDAL reads the shapefile (ogrinfo is not installed)')
const gdalTest = gdal === undefined ? test.skip : test

gdalTest('GDAL reads the shapefile, its projection and valid polygons off Tasmania', async () => {
  const path = `/vsizip/${join(dir, 'shapefile', 'pulayer.zip')}`
  const { stdout, stderr } = await run('ogrinfo', ['-so', '-al', path])
  assert.is(stderr, '')
  assert.match(stdout, `Feature Count: ${count}`)
  assert.match(stdout, 'ID["EPSG",32755]')
  const sql =
    'SELECT min(ST_IsValid(geometry)) AS valid, min(X(Transform(Centroid(geometry), 4326))) AS west, ' +
    'max(Y(Transform(Centroid(geometry), 4326))) AS north FROM pulayer'
  const { stdout: row } = await run('ogrinfo', ['-ro', '-q', '-dialect', 'SQLite', '-sql', sql, path])
  const value = (name: string) => Number(new RegExp(`${name} .* = (.*)`).exec(row)?.[1])
  assert.is(value('valid'), 1)
  assert.ok(value('west') > 143 && value('west') < 146, row)
  assert.ok(value('north') > -41 && value('north') < -39, row)
})

test.run()
