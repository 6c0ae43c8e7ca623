import { PieceworkError } from '@piecework/core/piece'
import { overlaps, type Window } from '../grid/grid.js'
import { pixelsInside } from '../mask/mask.js'
import type { Mask } from '../mask/polygon.js'
import type { ExportPlan } from './export-plan.js'

type Unparted = Omit<ExportPlan, 'windows' | 'asked'>

/** The windows in which there may be anything. Throws `imagery/nothing-there` if there is none. */
export function planWindows(plan: Unparted): Pick<ExportPlan, 'windows' | 'asked'> {
  const { grid, windowPixels: side } = plan
  const [first, ...others] = lastMasks(plan)
  const windows: Window[] = []
  let asked = 0
  for (let y = 0; y < grid.height; y += side) {
    const height = Math.min(side, grid.height - y)
    const inside = first && pixelsInside([first, ...others], { y, height }, { width: grid.width, side })
    for (let x = 0; x < grid.width; x += side) {
      const window = { x, y, width: Math.min(side, grid.width - x), height }
      const pixels = inside?.[x / side] ?? window.width * height
      asked += pixels
      if (pixels > 0 && plan.scenes.some(({ placement }) => overlaps(placement.box, window)))
        windows.push(window)
    }
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
