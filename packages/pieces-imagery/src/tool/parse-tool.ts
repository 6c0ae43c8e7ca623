import { PieceworkError } from '@piecework/core/piece'
import { toolLimits } from '../defaults.js'
import { termsOf } from './expression.js'
import type { ParsedTool, ToolNode } from './tool.js'
import { toolSchema } from './tool-schema.js'

interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** A tool as it is stored. Throws `imagery/tool-invalid`, which says where it is wrong: `nodes.ndvi.input`. */
export function parseTool(tool: unknown): ParsedTool {
  const nodes = (tool as { nodes?: unknown } | null | undefined)?.nodes
  if (typeof nodes === 'object' && nodes !== null && Object.keys(nodes).length > toolLimits.nodes)
    throw invalid('nodes', `has more than ${toolLimits.nodes} nodes`)
  const parsed = read(tool)
  checkWork(parsed)
  checkGraph(parsed)
  return parsed
}

function read(tool: unknown): ParsedTool {
  try {
    return toolSchema.parse(tool)
  } catch (cause) {
    const [first] = (cause as { readonly issues?: readonly Issue[] }).issues ?? []
    throw invalid(first?.path.join('.') || 'the tool', first?.message ?? 'does not fit', cause)
  }
}

/** Ids of the nodes that a node reads. */
export function inputsOf(node: ToolNode): readonly string[] {
  if (node.type === 'project' || node.type === 'scene') return []
  return node.type === 'mosaic' ? node.inputs : [node.input]
}

/** What takes time for each pixel. */
function checkWork({ nodes }: ParsedTool): void {
  let [inputs, terms] = [0, 0]
  for (const node of Object.values(nodes)) {
    if (node.type === 'mosaic') inputs += node.inputs.length
    if (node.type === 'arithmetic') terms += termsOf(node.expression)
  }
  if (inputs > toolLimits.inputs) throw invalid('nodes', `mosaics have more than ${toolLimits.inputs} inputs`)
  if (terms > toolLimits.allTerms)
    throw invalid('nodes', `expressions have more than ${toolLimits.allTerms} terms together`)
}

/** Every node that is named is there, none reads itself, all lead to the output, and there is one grid. */
function checkGraph({ nodes, output }: ParsedTool): void {
  const node = (id: string, place: string): ToolNode => {
    const found = Object.hasOwn(nodes, id) ? nodes[id] : undefined
    if (!found) throw invalid(place, `there is no node "${id}"`)
    return found
  }
  node(output.node, 'output.node')
  const done = new Set<string>()
  const open = new Set<string>()
  // Without recursion: a thousand nodes may stand in one line.
  const way: { id: string; inputs: readonly string[]; at: number }[] = []
  const enter = (id: string, place: string): void => {
    if (open.has(id)) throw invalid(place, `"${id}" reads itself`)
    if (done.has(id)) return
    open.add(id)
    way.push({ id, inputs: inputsOf(node(id, place)), at: 0 })
  }
  enter(output.node, 'output.node')
  while (true) {
    const last = way.at(-1)
    if (!last) break
    const next = last.inputs[last.at]
    if (next === undefined) {
      way.pop()
      open.delete(last.id)
      done.add(last.id)
      continue
    }
    const isMosaic = nodes[last.id]?.type === 'mosaic'
    enter(next, `nodes.${last.id}.${isMosaic ? `inputs.${last.at}` : 'input'}`)
    last.at += 1
  }
  const unused = Object.keys(nodes).find((id) => !done.has(id))
  if (unused !== undefined) throw invalid(`nodes.${unused}`, 'leads nowhere: the output does not read it')
  const reprojects = Object.keys(nodes).filter((id) => nodes[id]?.type === 'reproject')
  if (reprojects.length > 1)
    throw invalid(`nodes.${reprojects[1]}`, 'is a second "reproject": an output has one grid')
}

function invalid(path: string, problem: string, cause?: unknown): PieceworkError {
  return new PieceworkError('imagery/tool-invalid', `The tool is not as it should be: ${path}: ${problem}`, {
    facts: { path },
    ...(cause !== undefined && { cause }),
  })
}
