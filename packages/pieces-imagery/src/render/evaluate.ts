import type { Window } from '../grid/grid.js'
import { maskWindow } from '../mask/mask.js'
import { arithmetic } from '../pixels/arithmetic.js'
import { type ColorLookup, colorLookup, corrected } from '../pixels/color-correction.js'
import { type Pixels, rangeOf } from '../pixels/data-type.js'
import { evi, normalizedDifference } from '../pixels/indices.js'
import type { Layer } from '../pixels/layer.js'
import { emptyLayer, overlay } from '../pixels/overlay.js'
import { PixelPool } from '../pixels/pixel-pool.js'
import type { ExportPlan } from '../plan/export-plan.js'
import { scheduleOf } from '../tool/schedule.js'
import type { ToolNode } from '../tool/tool.js'

type NodeOf<T extends ToolNode['type']> = Extract<ToolNode, { type: T }>

/** The output of a plan's tool for some rows of its grid; `source` gives those of the nodes that read scenes. */
export type Evaluate = (rows: Window, source: (node: string) => Layer) => Layer

/** With what is the same for all rows. Of the layers of nodes no more are held than are still read. */
export function evaluator(plan: ExportPlan): Evaluate {
  const { nodes, output } = plan.tool
  const steps = scheduleOf(plan.tool)
  const tables = new Map<string, readonly ColorLookup[]>()
  const pool = new PixelPool()
  return (rows, source) => {
    pool.keep([])
    const layers = new Map<string, Layer>()
    const made = (id: string, node: ToolNode): Layer => {
      const layerOf = (input: string) => layers.get(input) as Layer
      switch (node.type) {
        case 'project':
        case 'scene':
          return source(id)
        case 'identity':
        case 'reproject':
          return layerOf(node.input)
        case 'mosaic':
          return mosaic(node.inputs.map(layerOf), pool)
        case 'mask':
          return masked(layerOf(node.input), maskWindow(plan.masks[id] ?? { polygons: [] }, rows, pool))
        case 'colorCorrection':
          return colored(plan, id, node, layerOf(node.input), { tables, pool })
        default:
          return computed(id, node, layerOf(node.input), pool)
      }
    }
    for (const { node, releases } of steps) {
      layers.set(node, made(node, nodes[node] as ToolNode))
      for (const one of releases) layers.delete(one)
      if (releases.length > 0) pool.keep(layers.values())
    }
    return layers.get(output.node) as Layer
  }
}

function mosaic(layers: readonly Layer[], pool: PixelPool): Layer {
  const [first] = layers
  if (!first) throw new RangeError('A mosaic has an input')
  const length = first.valid.length
  const whole = emptyLayer(first.bands, length, pool)
  for (const layer of layers) overlay(whole, layer)
  return whole
}

function masked({ bands, valid }: Layer, mask: Uint8Array): Layer {
  for (let i = 0; i < mask.length; i++) mask[i] = (mask[i] as number) & (valid[i] as number)
  return { bands, valid: mask }
}

function computed(
  id: string,
  node: NodeOf<'ndvi' | 'ndwi' | 'evi' | 'arithmetic'>,
  { bands, valid }: Layer,
  pool: PixelPool,
): Layer {
  const byName = new Map(bands.map(({ name, pixels }) => [name, pixels]))
  // `nameBands` has named them.
  const band = (name: string | undefined) => byName.get(name ?? '') as Pixels
  const pixels = (() => {
    switch (node.type) {
      case 'ndvi':
        return normalizedDifference(band(node.nir), band(node.red), pool)
      case 'ndwi':
        return normalizedDifference(band(node.green), band(node.nir), pool)
      case 'evi':
        return evi({ nir: band(node.nir), red: band(node.red), blue: band(node.blue) }, node.scale, pool)
      default:
        return asFloats(arithmetic(node.expression, byName, valid.length, pool), pool)
    }
  })()
  const name = node.type === 'arithmetic' ? id : node.type
  const numbers = pool.take('uint8', valid.length)
  for (let i = 0; i < valid.length; i++) numbers[i] = Number.isNaN(pixels[i]) ? 0 : (valid[i] as number)
  return { bands: [{ name, type: 'float32', pixels }], valid: numbers }
}

function asFloats(doubles: Float64Array, pool: PixelPool): Float32Array {
  const floats = pool.take('float32', doubles.length)
  floats.set(doubles)
  pool.giveBack(doubles)
  return floats
}

interface Kept {
  /** By node, made once for all rows. */
  readonly tables: Map<string, readonly ColorLookup[]>
  readonly pool: PixelPool
}

function colored(
  plan: ExportPlan,
  id: string,
  node: NodeOf<'colorCorrection'>,
  { bands, valid }: Layer,
  { tables, pool }: Kept,
): Layer {
  const made = (): readonly ColorLookup[] =>
    bands.map(({ type }, band) => {
      const histogram = plan.histograms[id]?.[band]
      return colorLookup(node, { range: rangeOf(type) ?? [0, 0], band, ...(histogram && { histogram }) })
    })
  const own = tables.get(id) ?? made()
  tables.set(id, own)
  const pixels = corrected(
    bands.map((band) => band.pixels),
    own,
    node.saturation,
    pool,
  )
  return {
    bands: bands.map(({ name }, at) => ({ name, type: 'uint8', pixels: pixels[at] as Uint8Array })),
    valid,
  }
}
