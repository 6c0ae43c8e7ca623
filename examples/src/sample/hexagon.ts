import type { Point } from './projection.js'

/** A cell of a grid of hexagons that stand on a corner; column and row are axial coordinates. */
export interface Hexagon {
  readonly column: number
  readonly row: number
}

const around = [
  [1, 0],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [0, -1],
  [1, -1],
] as const

const corners = [
  [0, 2],
  [1, 1],
  [1, -1],
  [0, -2],
  [-1, -1],
  [-1, 1],
] as const

export function centreOf(hexagon: Hexagon, side: number): Point {
  return latticePoint(hexagon, [0, 0], side)
}

/** Closed and clockwise, in centimetres' precision. Neighbours share their corners exactly. */
export function ringOf(hexagon: Hexagon, side: number): readonly Point[] {
  return [...corners, corners[0]].map((corner) => latticePoint(hexagon, corner, side))
}

export function neighboursOf({ column, row }: Hexagon): readonly Hexagon[] {
  return around.map(([right, up]) => ({ column: column + right, row: row + up }))
}

/** All hexagons whose centre lies in the box. */
export function* hexagonsIn(low: Point, high: Point, side: number): Iterable<Hexagon> {
  const width = side * Math.sqrt(3)
  for (let row = Math.ceil(low[1] / side / 1.5); row * 1.5 * side <= high[1]; row += 1) {
    for (
      let column = Math.ceil(low[0] / width - row / 2);
      (column + row / 2) * width <= high[0];
      column += 1
    ) {
      yield { column, row }
    }
  }
}

/** Centres and corners lie on one lattice of half widths by half sides. */
function latticePoint({ column, row }: Hexagon, [right, up]: readonly [number, number], side: number): Point {
  const x = ((2 * column + row + right) * side * Math.sqrt(3)) / 2
  const y = ((3 * row + up) * side) / 2
  return [Math.round(x * 100) / 100, Math.round(y * 100) / 100]
}
