import type { Coast } from './coast.js'
import { centreOf, type Hexagon, hexagonsIn, neighboursOf } from './hexagon.js'
import type { Point } from './projection.js'

export interface Unit extends Hexagon {
  /** From 1, row by row from the north. */
  readonly id: number
  readonly centre: Point
  /** Metres to the nearest shore. */
  readonly offshore: number
}

/** Metres; makes 2,000 units a band of some ten kilometres. */
export function sideFor(units: number): number {
  return Math.round(2_000 * Math.sqrt(2_000 / units))
}

/** The hexagons at sea that are nearest to the coast. */
export function coastalUnits(coast: Coast, units: number): readonly Unit[] {
  const side = sideFor(units)
  const margin = 40_000 + 3 * side
  const [[west, south], [east, north]] = coast.box
  return [...hexagonsIn([west - margin, south - margin], [east + margin, north + margin], side)]
    .map((hexagon) => ({ ...hexagon, centre: centreOf(hexagon, side) }))
    .filter(({ centre }) => !coast.isLand(centre))
    .map((cell) => ({ ...cell, offshore: coast.distance(cell.centre) }))
    .sort((a, b) => a.offshore - b.offshore)
    .slice(0, units)
    .sort((a, b) => b.row - a.row || a.column - b.column)
    .map((cell, index) => ({ ...cell, id: index + 1 }))
}

export interface Boundary {
  readonly id1: number
  /** `id1` itself for its outer boundary. */
  readonly id2: number
  /** Metres. */
  readonly length: number
}

export function* boundaries(units: readonly Unit[], side: number): Iterable<Boundary> {
  const key = ({ column, row }: Hexagon) => `${column} ${row}`
  const ids = new Map(units.map((unit) => [key(unit), unit.id]))
  for (const unit of units) {
    const beside = neighboursOf(unit).flatMap((neighbour) => ids.get(key(neighbour)) ?? [])
    if (beside.length < 6) yield { id1: unit.id, id2: unit.id, length: side * (6 - beside.length) }
    for (const id2 of beside.sort((a, b) => a - b)) {
      if (id2 > unit.id) yield { id1: unit.id, id2, length: side }
    }
  }
}
