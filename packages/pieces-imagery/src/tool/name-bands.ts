import { PieceworkError } from '@piecework/core/piece'
import { bandNameOf, type Light, type NamedScene } from './chosen-bands.js'
import { inputsOf } from './parse-tool.js'
import type { ParsedTool, ToolNode } from './tool.js'

/** Lights that operators read. */
const lights = { ndvi: ['nir', 'red'], ndwi: ['green', 'nir'], evi: ['nir', 'red', 'blue'] } as const

type Reading = Extract<ToolNode, { type: keyof typeof lights }>
const isReading = (node: ToolNode): node is Reading => Object.hasOwn(lights, node.type)

/** Nodes whose bands are those of what they read. */
const passing = ['identity', 'mask', 'reproject', 'mosaic', 'colorCorrection']

/**
 * The tool with the names of all bands that its operators read: those that it does not name are found by the light that
 * they are. Throws `imagery/band-missing`, `imagery/band-ambiguous` and `imagery/bands-differ`, naming scene and bands.
 */
export function nameBands(tool: ParsedTool, scenesOf: (node: string) => readonly NamedScene[]): ParsedTool {
  const named = (id: string, node: ToolNode): ToolNode => {
    if (!isReading(node)) return node
    const given: Partial<Record<Light, string | undefined>> = node
    const names = lights[node.type].map((light) => [
      light,
      given[light] ?? commonName(tool, id, light, scenesOf),
    ])
    return { ...node, ...Object.fromEntries(names) }
  }
  const nodes = Object.entries(tool.nodes).map(([id, node]) => [id, named(id, node)] as const)
  return { ...tool, nodes: Object.fromEntries(nodes) }
}

/** The same in all scenes that the node reads; that of the light if it reads what was computed. */
function commonName(
  { nodes }: ParsedTool,
  id: string,
  light: Light,
  scenesOf: (node: string) => readonly NamedScene[],
): string {
  let first: { readonly name: string; readonly scene: string } | undefined
  const waiting = new Set(inputsOf(nodes[id] as ToolNode))
  for (const one of waiting) {
    const node = nodes[one] as ToolNode
    if (passing.includes(node.type)) for (const input of inputsOf(node)) waiting.add(input)
    if (node.type !== 'project' && node.type !== 'scene') continue
    for (const scene of scenesOf(one)) {
      const name = bandNameOf(light, node.bands, scene)
      first ??= { name, scene: scene.id }
      if (name !== first.name)
        throw new PieceworkError(
          'imagery/bands-differ',
          `The scene "${scene.id}" has "${name}" for "${light}", and "${first.scene}" has "${first.name}". Choose the bands by name`,
          { facts: { node: id, scene: scene.id, band: light } },
        )
    }
  }
  return first?.name ?? light
}
