import { PieceworkError } from '@piecework/core/piece'
import { toolLimits } from '../defaults.js'
import { bytesPerPixel, rangeOf } from '../pixels/data-type.js'
import type { PlannedBand } from '../plan/export-plan.js'
import { depthOf } from './expression.js'
import { scheduleOf } from './schedule.js'
import type { ParsedTool, ToolNode } from './tool.js'

type BandsOf = ReadonlyMap<string, readonly PlannedBand[]>

/**
 * Bytes that are held of each pixel at once while a tool is computed. Throws `imagery/tool-invalid` if that, or the tables of its
 * color corrections, are more than the limit.
 */
export function assertHeld(tool: ParsedTool, bands: BandsOf): number {
  const held = heldBytes(tool, bands)
  if (held > toolLimits.pixelBytes)
    throw invalid(
      `they hold ${held} bytes of each pixel at once; the limit is ${toolLimits.pixelBytes}. Read fewer bands, or put fewer inputs into one mosaic`,
    )
  const tables = tableBytes(tool, bands)
  if (tables > toolLimits.tableBytes)
    throw invalid(
      `their color corrections have tables of ${tables} bytes; the limit is ${toolLimits.tableBytes}. Correct colors once, after what they have in common`,
    )
  return held
}

/** Bytes that are held of each pixel at once, at most, while the tool is computed. `bands`: of each node. */
function heldBytes(tool: ParsedTool, bands: BandsOf): number {
  const held = new Map<string, number>()
  let [now, most] = [0, 0]
  for (const { node, releases } of scheduleOf(tool)) {
    // One byte says whether it is valid.
    const own = (bands.get(node) ?? []).reduce((sum, { type }) => sum + bytesPerPixel(type), 1)
    held.set(node, own)
    now += own
    most = Math.max(most, now + whileComputed(tool.nodes[node] as ToolNode))
    for (const one of releases) now -= held.get(one) ?? 0
  }
  return most
}

const whileComputed = (node: ToolNode): number =>
  node.type === 'arithmetic' ? 8 * (depthOf(node.expression) + 1) : 1

/** A double and a byte for each value that a band may have. */
function tableBytes({ nodes }: ParsedTool, bands: BandsOf): number {
  let sum = 0
  for (const node of Object.values(nodes)) {
    if (node.type !== 'colorCorrection') continue
    for (const { type } of bands.get(node.input) ?? []) {
      const [least, most] = rangeOf(type) ?? [0, 0]
      sum += 9 * (most - least + 1)
    }
  }
  return sum
}

function invalid(problem: string): PieceworkError {
  return new PieceworkError('imagery/tool-invalid', `The tool is not as it should be: nodes: ${problem}`, {
    facts: { path: 'nodes' },
  })
}
