import type { ValidationContext } from '@piecework/core/piece'
import { isGridError, openGrid, planningGrid } from '@piecework/marxan-files'
import type { GeometryChecks } from '../geometry-checks.js'
import { placedLayer } from '../placed-layer.js'
import { type Box, boxOf, overlap } from './box.js'

export interface UnitBoxes {
  /** False if no planning unit can have anything in common with what lies in the box. */
  meet(box: Box): boolean
}

/** Where nothing is known of the units. */
export const anywhere: UnitBoxes = { meet: () => true }

/** Boxes of all planning units, 20 bytes each. If the grid cannot be read or placed, every box meets one. */
export async function unitBoxes(
  { entries, tx, signal }: Pick<ValidationContext, 'entries' | 'tx' | 'signal'>,
  checks: GeometryChecks,
): Promise<UnitBoxes> {
  try {
    const opened = await openGrid(entries, { signal, crs: 'any' })
    const grid = placedLayer(opened, { labels: planningGrid, checks, tx })
    if (grid.wkt !== undefined) return anywhere
    const boxes = new Float32Array(grid.records * 4)
    let units = 0
    for await (const batch of grid.features())
      for (const { geometry } of batch)
        if ('polygons' in geometry) boxes.set(widened(boxOf(geometry)), 4 * units++)
    return bySouth(boxes, units)
  } catch (error) {
    if (isGridError(error)) return anywhere
    throw error
  }
}

/** Degrees; more than single precision rounds off. */
const margin = 2e-5
const widened = ([west, south, east, north]: Box): Box => [
  west - margin,
  south - margin,
  east + margin,
  north + margin,
]

function bySouth(boxes: Float32Array, units: number): UnitBoxes {
  const at = (unit: number, side: 0 | 1 | 2 | 3) => boxes[unit * 4 + side] as number
  const order = Uint32Array.from({ length: units }, (_, unit) => unit).sort((a, b) => at(a, 1) - at(b, 1))
  let height = 0
  for (const unit of order) height = Math.max(height, at(unit, 3) - at(unit, 1))
  return {
    meet: (box) => {
      let [low, high] = [0, units]
      while (low < high) {
        const middle = (low + high) >>> 1
        if (at(order[middle] as number, 1) < box[1] - height) low = middle + 1
        else high = middle
      }
      for (; low < units; low += 1) {
        const unit = order[low] as number
        if (at(unit, 1) > box[3]) return false
        if (overlap([at(unit, 0), at(unit, 1), at(unit, 2), at(unit, 3)], box)) return true
      }
      return false
    },
  }
}
