import type { Box } from './box.js'

/** The shape of a planning unit, in a form that is small to hold. */
export interface UnitShape {
  /** Position in the grid, from 0. */
  readonly unit: number
  readonly ewkb: string
  readonly box: Box
}
