import assert from 'node:assert/strict'
import { needsServer, type ScratchPostgis, scratchPostgis } from '@piecework/test-support'
import { byteCorruption, cases, several } from '@piecework/test-support/fixtures/corruption.js'
import { ringsOfEwkb } from '@piecework/test-support/fixtures/rings-of-ewkb.js'
import { sampleCrs } from '@piecework/test-support/fixtures/sample-crs.js'
import { square, zippedGrid } from '@piecework/test-support/fixtures/shapefile-of.js'
import { uploadOf } from '@piecework/test-support/fixtures/upload-of.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { isLayerError, openLayer } from '../support/open-layer.js'

const test = needsServer(suite('corrupted .prj'))
let postgis: ScratchPostgis
test.before(async () => {
  postgis = await scratchPostgis()
})
test.after(() => postgis.stop())

type Positions = readonly (readonly [number, number])[]

/** Degrees of the first ring in the order of the file; undefined if the shapefile is refused. */
async function ours(prj: string, ring: Positions): Promise<Positions | undefined> {
  try {
    const layer = await openLayer(uploadOf(zippedGrid([{ rings: [ring], values: ['1'] }], { prj })))
    for await (const [unit] of layer.features())
      if (unit && 'ewkb' in unit.geometry)
        return ringsOfEwkb(unit.geometry.ewkb)[0]
          ?.split(',')
          .map((point) => point.split(' ').map(Number) as [number, number])
    return undefined
  } catch (error) {
    if (isLayerError(error)) return undefined
    throw error
  }
}

/** Degrees by PROJ from the same text; undefined if PROJ refuses it. */
async function projs(prj: string, ring: Positions): Promise<Positions | undefined> {
  const text = `POLYGON((${ring.map((point) => point.join(' ')).join()}))`
  try {
    const { rows } = await postgis.database.query<{ x: number; y: number }>(
      `SELECT ST_X(geom) AS x, ST_Y(geom) AS y
       FROM ST_DumpPoints(ST_Transform(ST_SetSRID($1::geometry, 0), $2, 4326)) ORDER BY path`,
      [text, prj],
    )
    return rows.map(({ x, y }) => [x, y])
  } catch {
    return undefined
  }
}

const numbers = (text: string) =>
  text
    .replace(/"[^"]*"/g, '""')
    .match(/[-+.\deE]*\d[-+.\deE]*/g)
    ?.join() ?? ''

/** Degrees that differ by less than a hand's breadth, or by a whole turn. */
const near = (one: Positions, other: Positions): boolean =>
  one.length === other.length &&
  one.every(([x, y], at) => {
    const [lon, lat] = other[at] ?? [Number.NaN, Number.NaN]
    const turn = Math.abs(x - lon) % 360
    return Math.min(turn, 360 - turn) < 1e-6 && Math.abs(y - lat) < 1e-6
  })

test('hostile archives: a .prj is refused, or shapes lie where PROJ puts them by the same text', async () => {
  let accepted = 0
  const crs = fc.constantFrom(...sampleCrs)
  await fc.assert(
    fc.asyncProperty(
      crs,
      several(byteCorruption, 1),
      async ({ prj, positions: [[x, y] = [0, 0]] }, corrupt) => {
        const text = corrupt(Buffer.from(prj)).toString('latin1')
        if (text.includes('\0')) return
        const ring = square(x, y, prj.startsWith('GEOGCS') ? 1 : 1000)
        const found = await ours(text, ring)
        if (!found) return
        accepted += 1
        const theirs = await projs(text, ring)
        if (theirs) assert.ok(near(found, theirs), `${text}: ${found[0]} instead of ${theirs[0]}`)
        // PROJ also looks at names that say nothing about positions.
        else if (numbers(text) === numbers(prj))
          assert.ok(near(found, (await ours(prj, ring)) ?? []), `${text}: ${found[0]}`)
      },
    ),
    cases(200),
  )
  assert.ok(accepted > 0)
})

test.run()
