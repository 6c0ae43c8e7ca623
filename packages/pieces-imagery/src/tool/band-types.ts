import { PieceworkError } from '@piecework/core/piece'
import type { PlannedBand } from '../plan/export-plan.js'
import type { SceneFacts } from '../scene/scene-facts.js'
import { chosenBands } from './chosen-bands.js'
import { bandsOf } from './expression.js'
import type { ChosenBands, ParsedTool, ToolNode } from './tool.js'

interface TypedScene {
  readonly id: string
  readonly facts: SceneFacts
}

/**
 * The bands of each node, from its scenes on, of a tool of `nameBands`. Throws `imagery/bands-differ`, `imagery/band-missing` and
 * `imagery/tool-invalid`, naming node, scene and bands.
 */
export function bandTypes(
  { nodes, output }: ParsedTool,
  scenesOf: (node: string) => readonly TypedScene[],
): ReadonlyMap<string, readonly PlannedBand[]> {
  const found = new Map<string, readonly PlannedBand[]>()
  const bandsOfNode = (id: string): readonly PlannedBand[] => {
    const known = found.get(id)
    if (known) return known
    const node = nodes[id] as ToolNode
    const bands =
      node.type === 'project' || node.type === 'scene'
        ? bandsOfScenes(id, node.bands, scenesOf(id))
        : node.type === 'mosaic'
          ? bandsOfInputs(id, node.inputs.map(bandsOfNode))
          : result(id, node, bandsOfNode(node.input))
    found.set(id, bands)
    return bands
  }
  bandsOfNode(output.node)
  return found
}

type Operator = Exclude<ToolNode, { type: 'project' | 'scene' | 'mosaic' }>

function result(id: string, node: Operator, input: readonly PlannedBand[]): readonly PlannedBand[] {
  const needs = (names: Iterable<string | undefined>) => {
    for (const name of names)
      if (name !== undefined && !input.some((band) => band.name === name)) throw missing(id, name, input)
  }
  switch (node.type) {
    case 'ndvi':
      needs([node.nir, node.red])
      return [{ name: 'ndvi', type: 'float32' }]
    case 'ndwi':
      needs([node.green, node.nir])
      return [{ name: 'ndwi', type: 'float32' }]
    case 'evi':
      needs([node.nir, node.red, node.blue])
      return [{ name: 'evi', type: 'float32' }]
    case 'arithmetic':
      needs(bandsOf(node.expression))
      return [{ name: id, type: 'float32' }]
    case 'colorCorrection':
      return colored(id, node, input)
    default:
      return input
  }
}

function colored(
  id: string,
  node: Extract<ToolNode, { type: 'colorCorrection' }>,
  input: readonly PlannedBand[],
): readonly PlannedBand[] {
  const wrong = input.find(({ type }) => !['uint8', 'uint16', 'int16'].includes(type))
  if (wrong)
    throw invalid(id, `corrects colors of integers of 8 or 16 bits; "${wrong.name}" is ${wrong.type}`)
  if (node.saturation !== undefined && input.length !== 3)
    throw invalid(id, `changes the saturation of three bands, and there are ${input.length}`)
  for (const key of ['clip', 'gamma'] as const) {
    const given = node[key]
    if (Array.isArray(given) && given.length !== input.length)
      throw invalid(id, `has ${given.length} values of "${key}" for ${input.length} bands`)
  }
  return input.map(({ name }) => ({ name, type: 'uint8' as const }))
}

function bandsOfScenes(
  id: string,
  chosen: ChosenBands | undefined,
  scenes: readonly TypedScene[],
): readonly PlannedBand[] {
  const [first, ...others] = scenes
  if (!first)
    throw new PieceworkError('imagery/scene-missing', `The node "${id}" has no scene`, {
      facts: { node: id },
    })
  const bands = (scene: TypedScene): readonly PlannedBand[] =>
    chosenBands(chosen, scene).map(({ name }) => ({ name, type: scene.facts.dataType }))
  const expected = bands(first)
  for (const scene of others) {
    if (isSame(bands(scene), expected)) continue
    throw new PieceworkError(
      'imagery/bands-differ',
      `The scene "${scene.id}" has the bands ${spelled(bands(scene))}, and "${first.id}" has ${spelled(expected)}. Name the bands that all have, or leave the scene out`,
      { facts: { node: id, scene: scene.id } },
    )
  }
  return expected
}

function bandsOfInputs(id: string, inputs: readonly (readonly PlannedBand[])[]): readonly PlannedBand[] {
  const [first = [], ...others] = inputs
  const other = others.find((bands) => !isSame(bands, first))
  if (other)
    throw new PieceworkError(
      'imagery/bands-differ',
      `The inputs of "${id}" have the bands ${spelled(first)} and ${spelled(other)}`,
      { facts: { node: id } },
    )
  return first
}

const isSame = (some: readonly PlannedBand[], others: readonly PlannedBand[]): boolean =>
  spelled(some) === spelled(others)

const spelled = (bands: readonly PlannedBand[]): string =>
  bands.map(({ name, type }) => `${name} (${type})`).join(', ')

function missing(id: string, name: string, bands: readonly PlannedBand[]): PieceworkError {
  const there = bands.map((band) => band.name)
  return new PieceworkError(
    'imagery/band-missing',
    `The node "${id}" has no band "${name}"; there are ${there.join(', ')}`,
    {
      facts: { node: id, band: name, bands: there },
    },
  )
}

function invalid(id: string, problem: string): PieceworkError {
  const path = `nodes.${id}`
  return new PieceworkError('imagery/tool-invalid', `The tool is not as it should be: ${path}: ${problem}`, {
    facts: { path },
  })
}
