import { isPieceworkError } from '@piecework/core/piece'
import { type BandRole, parseTool, type SceneFacts } from '@piecework/pieces-imagery'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { planOutput } from '#internal/plan/plan-output.js'
import { bandTypes } from '#internal/tool/band-types.js'
import { chosenBands } from '#internal/tool/chosen-bands.js'
import { assertHeld } from '#internal/tool/held.js'
import { nameBands } from '#internal/tool/name-bands.js'

const test = suite('imagery: tools')

const project = { type: 'project', id: 'p' }
const toolOf = (nodes: Record<string, object>, output: object = {}) => ({
  version: 1,
  nodes,
  output: { node: Object.keys(nodes).at(-1), ...output },
})

function refusal(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (isPieceworkError(error)) return `${error.code}: ${error.message}`
    throw error
  }
  throw new Error('It was not refused')
}

const line = (length: number) =>
  Object.fromEntries(
    Array.from({ length }, (_, at) => [
      `n${at}`,
      at === 0 ? project : { type: 'identity', input: `n${at - 1}` },
    ]),
  )
const deep = (depth: number): unknown => (depth === 0 ? 1 : { op: 'add', of: [deep(depth - 1), 1] })

for (const [name, tool, said] of [
  ['another version', { ...toolOf({ p: project }), version: 2 }, 'version: '],
  ['an unknown key', { ...toolOf({ p: project }), nodata: 0 }, 'Unrecognized key: "nodata"'],
  [
    'an unknown key of a node',
    toolOf({ p: { ...project, scenes: [] } }),
    'nodes.p: Unrecognized key: "scenes"',
  ],
  ['an unknown type', toolOf({ p: { type: 'hillshade' } }), 'nodes.p.type: '],
  [
    'a node that is missing',
    toolOf({ n: { type: 'ndvi', input: 'p' } }),
    'nodes.n.input: there is no node "p"',
  ],
  ['an output that is missing', toolOf({ p: project }, { node: 'q' }), 'output.node: there is no node "q"'],
  [
    'a name of every object',
    toolOf({ p: project }, { node: 'constructor' }),
    'there is no node "constructor"',
  ],
  [
    'a cycle',
    toolOf({ p: project, a: { type: 'identity', input: 'b' }, b: { type: 'mosaic', inputs: ['p', 'a'] } }),
    'nodes.a.input: "b" reads itself',
  ],
  ['a node that leads nowhere', toolOf({ q: project, p: project }), 'nodes.q: leads nowhere'],
  ['too many nodes', toolOf(line(1001)), 'nodes: has more than 1000 nodes'],
  [
    'too many inputs',
    toolOf({
      p: project,
      ...Object.fromEntries(
        [1, 2, 3].map((at) => [
          `m${at}`,
          { type: 'mosaic', inputs: Array(667).fill(at === 1 ? 'p' : `m${at - 1}`) },
        ]),
      ),
    }),
    'nodes: mosaics have more than 2000 inputs',
  ],
  [
    'too many terms',
    toolOf({
      p: project,
      ...Object.fromEntries(
        Array.from({ length: 11 }, (_, at) => [
          `a${at}`,
          {
            type: 'arithmetic',
            input: at === 0 ? 'p' : `a${at - 1}`,
            expression: { op: 'add', of: Array(999).fill(1) },
          },
        ]),
      ),
    }),
    'nodes: expressions have more than 10000 terms together',
  ],
  [
    'two grids',
    toolOf({
      p: project,
      a: { type: 'reproject', input: 'p', epsg: 3857 },
      b: { type: 'reproject', input: 'a', epsg: 4326 },
    }),
    'is a second "reproject"',
  ],
  [
    'an expression without an end',
    toolOf({ p: project, a: { type: 'arithmetic', input: 'p', expression: deep(5000) } }),
    'nodes.a.expression: its terms are nested more than 100 deep',
  ],
  [
    'nodata and alpha',
    toolOf({ p: project }, { nodata: 0, alpha: true }),
    'output: has either "nodata" or "alpha"',
  ],
  [
    'a clip upside down',
    toolOf({ p: project, c: { type: 'colorCorrection', input: 'p', clip: { min: 5, max: 5 } } }),
    'nodes.c.clip',
  ],
] as const)
  test(`refused by its place: ${name}`, () => {
    const message = refusal(() => parseTool(tool))
    assert.ok(message.startsWith('imagery/tool-invalid: The tool is not as it should be: '), message)
    assert.ok(message.includes(said), message)
  })

test('a thousand nodes in one line are a tool', () => {
  assert.is(Object.keys(parseTool(toolOf(line(1000))).nodes).length, 1000)
})

/** `n0` reads the scene, each of the others the one before. */
const sums = (length: number) =>
  Object.fromEntries(
    Array.from({ length }, (_, at) => [
      `n${at}`,
      {
        type: 'arithmetic',
        input: at === 0 ? 'p' : `n${at - 1}`,
        expression: { op: 'add', of: [{ band: at === 0 ? 'a' : `n${at - 1}` }, 1] },
      },
    ]),
  )
const beside = (inputs: number, node: object) => ({
  p: project,
  ...Object.fromEntries(Array.from({ length: inputs }, (_, at) => [`c${at}`, { input: 'p', ...node }])),
  m: { type: 'mosaic', inputs: Array.from({ length: inputs }, (_, at) => `c${at}`) },
})

test('what is held of a pixel does not grow with a line of nodes, and has a limit beside each other', () => {
  const held = (nodes: Record<string, object>, scene: SceneFacts) => {
    const tool = named(nodes, scene)
    return assertHeld(
      tool,
      bandTypes(tool, () => identified([scene])),
    )
  }
  const scene = facts(['a'], { dataType: 'uint8' })
  const [short, long] = [3, 999].map((length) => held({ p: project, ...sums(length) }, scene))
  assert.is(long, short)
  assert.is(held(beside(500, { type: 'colorCorrection' }), scene), 2 * (500 + 1) + 1)
  assert.match(
    refusal(() =>
      held(beside(900, { type: 'colorCorrection' }), facts(['a', 'b', 'c', 'd'], { dataType: 'uint8' })),
    ),
    'imagery/tool-invalid: The tool is not as it should be: nodes: they hold 4506 bytes of each pixel at once; the limit is 4096',
  )
  assert.match(
    refusal(() => held(beside(100, { type: 'colorCorrection' }), facts(['a']))),
    'nodes: their color corrections have tables of 58982400 bytes; the limit is 33554432',
  )
})

const facts = (names: readonly string[], more: Partial<SceneFacts> = {}): SceneFacts => ({
  width: 1,
  height: 1,
  crs: 'EPSG:32618',
  originX: 0,
  originY: 0,
  pixelWidth: 1,
  pixelHeight: 1,
  dataType: 'uint16',
  bands: names.map((name) => ({ name, color: 'undefined' })),
  ...more,
})
const typed = (nodes: Record<string, object>, ...scenes: readonly SceneFacts[]) =>
  bandTypes(named(nodes, ...scenes), () => identified(scenes))
const named = (nodes: Record<string, object>, ...scenes: readonly SceneFacts[]) =>
  nameBands(parseTool(toolOf(nodes)), () => identified(scenes))
const identified = (scenes: readonly SceneFacts[]) => scenes.map((facts, at) => ({ id: `s${at}`, facts }))

test('missing and mixed bands are refused, naming scene and bands', () => {
  const rgb = facts(['red', 'green', 'blue'])
  assert.is(
    refusal(() => typed({ p: { ...project, bands: ['red', 'nir'] } }, rgb)),
    'imagery/band-missing: The scene "s0" has no band "nir"; there are red, green, blue',
  )
  assert.match(
    refusal(() => typed({ p: project, n: { type: 'ndvi', input: 'p' } }, rgb)),
    'imagery/band-missing: The scene "s0" has no band for "nir", by role, color or name; there are red, green, blue',
  )
  assert.match(
    refusal(() => typed({ p: project, n: { type: 'ndvi', input: 'p', nir: 'b5' } }, rgb)),
    'The node "n" has no band "b5"; there are red, green, blue',
  )
  assert.match(
    refusal(() => typed({ p: project }, rgb, facts(['red', 'green', 'blue', 'nir']))),
    'The scene "s1" has the bands red (uint16), green (uint16), blue (uint16), nir (uint16), and "s0" has red',
  )
  assert.match(
    refusal(() => typed({ p: project }, rgb, facts(['red', 'green', 'blue'], { dataType: 'uint8' }))),
    'red (uint8)',
  )
  assert.match(
    refusal(() => typed({ p: project })),
    'imagery/scene-missing: The node "p" has no scene',
  )
})

const lit = (...bands: readonly (readonly [name: string, role?: BandRole | undefined, color?: string])[]) =>
  facts([], {
    bands: bands.map(([name, role, color = 'undefined']) => ({ name, color, ...(role && { role }) })),
  })
const index = (type: string, scenes: readonly SceneFacts[], more: object = {}) =>
  named({ p: project, r: { type: 'identity', input: 'p' }, n: { type, input: 'r', ...more } }, ...scenes)
    .nodes.n

test('bands that a tool does not name are those of its light: by role, else by color or name', () => {
  const landsat8 = lit(['B2', 'blue'], ['B3', 'green'], ['B4', 'red'], ['B5', 'nir08'], ['nir', 'swir16'])
  assert.equal(index('ndvi', [landsat8]), { type: 'ndvi', input: 'r', nir: 'B5', red: 'B4' })
  assert.equal(index('ndwi', [landsat8]), { type: 'ndwi', input: 'r', nir: 'B5', green: 'B3' })
  assert.equal(index('evi', [landsat8, landsat8]), {
    ...{ type: 'evi', input: 'r', scale: 1 },
    ...{ nir: 'B5', red: 'B4', blue: 'B2' },
  })
  assert.equal(index('ndvi', [landsat8], { nir: 'nir' }), { type: 'ndvi', input: 'r', nir: 'nir', red: 'B4' })
  const bgr = lit(['b1', undefined, 'blue'], ['b2', undefined, 'green'], ['b3', undefined, 'red'], ['nir'])
  assert.equal(index('ndvi', [bgr]), { type: 'ndvi', input: 'r', nir: 'nir', red: 'b3' })
})

test('what several bands are, or other ones in another scene, is refused by scene and bands', () => {
  const two = lit(['B8', 'nir'], ['B8A', 'nir'], ['B4', 'red'])
  assert.is(
    refusal(() => index('ndvi', [two])),
    'imagery/band-ambiguous: The scene "s0" has several bands for "nir": B8, B8A. Name the one that is meant',
  )
  // A name that is at odds with what the file says.
  const odd = lit(['red', undefined, 'blue'], ['blue', undefined, 'red'], ['nir'])
  assert.match(
    refusal(() => index('ndvi', [odd])),
    'several bands for "red": red, blue',
  )
  const [one, other] = [lit(['a', 'nir'], ['b', 'red']), lit(['a', 'red'], ['b', 'nir'])]
  assert.match(
    refusal(() => index('ndvi', [one, other])),
    'imagery/bands-differ: The scene "s1" has "b" for "nir", and "s0" has "a"',
  )
  assert.match(
    refusal(() => named({ p: { ...project, bands: ['B4'] }, n: { type: 'ndvi', input: 'p' } }, two)),
    'no band for "nir"',
  )
})

test('rgb: red, green and blue of each scene, whatever it calls them', () => {
  const nodes = { p: { ...project, bands: 'rgb' } }
  const [one, other] = [
    lit(['x', 'blue'], ['y', 'green'], ['z', 'red']),
    lit(['red'], ['green'], ['blue'], ['w']),
  ]
  const bands = ['red', 'green', 'blue'].map((name) => ({ name, type: 'uint16' }))
  assert.equal(typed(nodes, one, other).get('p'), bands)
  assert.equal(
    chosenBands('rgb', { id: 's', facts: one }).map(({ at }) => at),
    [2, 1, 0],
  )
  assert.match(
    refusal(() => typed(nodes, one, lit(['a'], ['b'], ['c']))),
    'imagery/band-missing: The scene "s1" has no band for "red"',
  )
  const ndvi = { type: 'ndvi', input: 'p' }
  assert.match(
    refusal(() =>
      named({ ...nodes, n: ndvi }, lit(['r', 'red'], ['g', 'green'], ['b', 'blue'], ['n', 'nir'])),
    ),
    'no band for "nir"',
  )
})

test('colors of floating point, and a saturation of two bands, are refused', () => {
  const color = { type: 'colorCorrection', input: 'p' }
  assert.match(
    refusal(() => typed({ p: project, c: color }, facts(['a'], { dataType: 'float32' }))),
    '"a" is float32',
  )
  assert.match(
    refusal(() => typed({ p: project, c: { ...color, saturation: 2 } }, facts(['a', 'b']))),
    'there are 2',
  )
  assert.match(
    refusal(() => typed({ p: project, c: { ...color, gamma: [1, 2, 3] } }, facts(['a', 'b']))),
    '3 values of "gamma"',
  )
})

const output = (given: object, scene: SceneFacts, nodes: Record<string, object> = { p: project }) => {
  const tool = parseTool(toolOf(nodes, given))
  const bands = bandTypes(tool, () => [{ id: 's', facts: scene }]).get(tool.output.node) ?? []
  const { dataType, nodata } = planOutput(tool, bands, [{ facts: scene }])
  return [dataType, nodata]
}

test('no value is lost in the output', () => {
  const scene = facts(['a'])
  assert.equal(output({}, scene), ['uint16', undefined])
  assert.equal(output({}, facts(['a'], { nodata: 7 })), ['uint16', 7])
  assert.equal(output({ dataType: 'int32', nodata: -1 }, scene), ['int32', -1])
  assert.equal(output({}, facts(['nir', 'red']), { p: project, n: { type: 'ndvi', input: 'p' } }), [
    'float32',
    Number.NaN,
  ])
  assert.match(
    refusal(() => output({ dataType: 'uint8' }, scene)),
    'uint8 does not hold all values of "a"',
  )
  assert.match(
    refusal(() => output({ nodata: 70_000 }, scene)),
    '70000 is no value of uint16',
  )
  assert.match(
    refusal(() => output({ dataType: 'float32', alpha: true }, scene)),
    'an alpha band needs uint8 or uint16',
  )
  assert.match(
    refusal(() => output({ dataType: 'int32' }, scene)),
    'output.nodata: is required',
  )
  const colored = { p: project, c: { type: 'colorCorrection', input: 'p' } }
  assert.equal(output({}, scene, colored), ['uint8', 0])
  assert.match(
    refusal(() => output({ nodata: 255 }, scene, colored)),
    'must be 0',
  )
})

test.run()
