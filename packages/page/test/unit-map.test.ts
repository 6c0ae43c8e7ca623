import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { startWorld, type World } from './support/world.js'

const test = suite('page: bytes of a map')

/** What the page's own module makes of the answer of the server. */
interface ReadMap {
  readonly of: string
  readonly ids: Int32Array
  readonly values: readonly Float32Array[]
  readonly rings: Uint32Array
  readonly points: Uint32Array
  readonly xy: Float64Array
}

let world: World
test.before(async () => {
  world = await startWorld()
  world.parks.add('p1', 'Tasman', [])
})
test.after(() => world.close())

async function readMap(): Promise<ReadMap> {
  const get = async (path: string) => fetch(`${world.origin}/api/v1/${path}`)
  const [version] = /ui\/[0-9a-f]{12}/.exec(await (await get('ui')).text()) ?? []
  const module = await (await get(`${version}/unit-map.js`)).text()
  const { readUnitMap } = await import(`data:text/javascript,${encodeURIComponent(module)}`)
  const answer = await get('parks/p1/grid')
  assert.equal(answer.headers.get('content-type'), 'application/octet-stream')
  return readUnitMap(await answer.arrayBuffer())
}

test('ids and values are as they were, and points as near as a picture needs', async () => {
  // More than one batch.
  world.parks.cells = 2500
  const { of, ids, values, rings, points, xy } = await readMap()
  assert.equal(of, 'planning-unit')
  assert.deepEqual([ids.length, ids[0], ids[2499]], [2500, 1, 2500])
  assert.deepEqual([values[0]?.[7], values[1]?.[7], values[1]?.[6]], [1, 7.5, Number.NaN])
  assert.equal(rings.at(-1), 2500)
  // Longitudes are as long as they are in the middle of the map, and the last point of a ring is not told again.
  const factor = Math.cos((-41.75 * Math.PI) / 180)
  const [first = 0, end = 0] = [points[1234], points[1235]]
  assert.equal(end - first, 4)
  const [x, y] = [146 + (1234 % 50) / 100, -42 + Math.floor(1234 / 50) / 100]
  assert.ok(Math.abs((xy[first * 2] ?? 0) / factor - x) < 1e-4, `${(xy[first * 2] ?? 0) / factor} ${x}`)
  assert.ok(Math.abs((xy[first * 2 + 1] ?? 0) - y) < 1e-4)
})

test('no units are a map without any', async () => {
  world.parks.cells = 0
  assert.equal((await readMap()).ids.length, 0)
})

test.run()
