import type { Window } from '../grid/grid.js'
import { maskWindow } from '../mask/mask.js'
import { arithmetic } from '../pixels/arithmetic.js'
import { type ColorLookup, colorLookup, corrected } from '../pixels/color-correction.js'
import { newPixels, type Pixels, rangeOf } from '../pixels/data-type.js'
import { evi, normalizedDifference } from '../pixels/indices.js'
import { emptyLayer, type Layer } from '../pixels/layer.js'
import { overlay } from '../pixels/overlay.js'
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
  return (rows, source) => {
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
          return mosaic(node.inputs.map(layerOf))
        case 'mask':
          return masked(layerOf(node.input), maskWindow(plan.masks[id] ?? { polygons: [] }, rows))
        case 'colorCorrection':
          return colored(plan, id, node, layerOf(node.input), tables)
        default:
          return computed(id, node, layerOf(node.input))
      }
    }
    for (const { node, releases } of steps) {
      layers.set(node, made(node, nodes[node] as ToolNode))
      for (const one of releases) layers.delete(one)
    }
    return layers.get(output.node) as Layer
  }
}

function mosaic(layers: readonly Layer[]): Layer {
  const [first] = layers
  if (!first) throw new RangeError('A mosaic has an input')
  const length = first.valid.length
  const whole = emptyLayer(first.bands, length, (type) => newPixels(type, length))
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
): Layer {
  const byName = new Map(bands.map(({ name, pixels }) => [name, pixels]))
  // `nameBands` has named them.
  const band = (name: string | undefined) => byName.get(name ?? '') as Pixels
  const pixels = (() => {
    switch (node.type) {
      case 'ndvi':
        return normalizedDifference(band(node.nir), band(node.red))
      case 'ndwi':
        return normalizedDifference(band(node.green), band(node.nir))
      case 'evi':
        return evi({ nir: band(node.nir), red: band(node.red), blue: band(node.blue) }, node.scale)
      default:
        return Float32Array.from(arithmetic(node.expression, byName, valid.length))
    }
  })()
  const name = node.type === 'arithmetic' ? id : node.type
  return {
    bands: [{ name, type: 'float32', pixels }],
    valid: valid.map((is, i) => (Number.isNaN(pixels[i]) ? 0 : is)),
  }
}

/** `tables`: by node, made once for all rows. */
function colored(
  plan: ExportPlan,
  id: string,
  node: NodeOf<'colorCorrection'>,
  { bands, valid }: Layer,
  tables: Map<string, readonly ColorLookup[]>,
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
  )
  return {
    bands: bands.map(({ name }, at) => ({ name, type: 'uint8', pixels: pixels[at] as Uint8Array })),
    valid,
  }
}
