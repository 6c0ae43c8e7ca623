import { inputsOf } from './parse-tool.js'
import type { ParsedTool, ToolNode } from './tool.js'

export interface Step {
  readonly node: string
  /** Nodes that nothing reads after it: what they have made may go. */
  readonly releases: readonly string[]
}

/** The nodes in the order in which they are computed, without recursion: a thousand may stand in one line. */
export function scheduleOf({ nodes, output }: Pick<ParsedTool, 'nodes' | 'output'>): readonly Step[] {
  const order: string[] = []
  const seen = new Set([output.node])
  const way = [{ node: output.node, inputs: inputsOf(nodes[output.node] as ToolNode), at: 0 }]
  for (let last = way.at(-1); last; last = way.at(-1)) {
    const next = last.inputs[last.at++]
    if (next === undefined) {
      order.push(last.node)
      way.pop()
    } else if (!seen.has(next)) {
      seen.add(next)
      way.push({ node: next, inputs: inputsOf(nodes[next] as ToolNode), at: 0 })
    }
  }
  const lastReader = new Map<string, string>()
  for (const node of order) for (const input of inputsOf(nodes[node] as ToolNode)) lastReader.set(input, node)
  const releases = new Map<string, string[]>(order.map((node) => [node, []]))
  for (const [input, reader] of lastReader) releases.get(reader)?.push(input)
  return order.map((node) => ({ node, releases: releases.get(node) ?? [] }))
}
