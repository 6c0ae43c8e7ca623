import { PieceworkError } from '@piecework/core/piece'
import { overlaps, type Window, windowsOf } from '../grid/grid.js'
import { type Mask, maskWindow } from '../mask/mask.js'
import type { ExportPlan } from './export-plan.js'

type Unparted = Omit<ExportPlan, 'windows' | 'asked'>

/** The windows in which there may be anything. Throws `imagery/nothing-there` if there is none. */
export function planWindows(plan: Unparted): Pick<ExportPlan, 'windows' | 'asked'> {
  const masks = lastMasks(plan)
  const windows: Window[] = []
  let asked = 0
  for (const window of windowsOf(plan.grid, plan.windowPixels)) {
    const inside = pixelsInside(masks, window)
    asked += inside
    if (inside > 0 && plan.scenes.some(({ placement }) => overlaps(placement.box, window)))
      windows.push(window)
  }
  if (windows.length === 0)
    throw new PieceworkError('imagery/nothing-there', 'The area of interest lies outside of all scenes')
  return { windows, asked }
}

/** Those that hold for the whole output: between it and the first node with several inputs. */
function lastMasks({ tool, masks }: Unparted): readonly Mask[] {
  const found: Mask[] = []
  let id: string | undefined = tool.output.node
  while (id !== undefined) {
    const node: Unparted['tool']['nodes'][string] | undefined = tool.nodes[id]
    const mask = masks[id]
    if (mask) found.push(mask)
    id = node && 'input' in node ? node.input : undefined
  }
  return found
}

function pixelsInside(masks: readonly Mask[], window: Window): number {
  const [first, ...others] = masks
  if (!first) return window.width * window.height
  const inside = maskWindow(first, window)
  for (const mask of others) for (const [i, is] of maskWindow(mask, window).entries()) if (!is) inside[i] = 0
  let count = 0
  for (const is of inside) count += is
  return count
}
