import { aoiLimits } from '../defaults.js'
import type { AoiPolygon, Position } from './polygon.js'

interface Edge {
  readonly a: Position
  readonly b: Position
  readonly left: number
  readonly right: number
}

/** A position near which two edges of a polygon cross, or lie on each other. Edges may meet in an end of both. */
export function crossingOf(rings: AoiPolygon): Position | 'too-complex' | undefined {
  const edges: Edge[] = []
  for (const ring of rings)
    for (let at = 1; at < ring.length; at++) {
      const [a, b] = [ring[at - 1] as Position, ring[at] as Position]
      edges.push({ a, b, left: Math.min(a[0], b[0]), right: Math.max(a[0], b[0]) })
    }
  edges.sort((one, other) => one.left - other.left)
  let active: Edge[] = []
  let pairs = 0
  for (const edge of edges) {
    active = active.filter(({ right }) => right >= edge.left)
    pairs += active.length
    if (pairs > aoiLimits.pairs) return 'too-complex'
    for (const other of active) if (cross(edge, other)) return edge.a
    active.push(edge)
  }
  return undefined
}

function cross({ a, b }: Edge, { a: c, b: d }: Edge): boolean {
  const [abc, abd] = [side(a, b, c), side(a, b, d)]
  const [cda, cdb] = [side(c, d, a), side(c, d, b)]
  if (abc === 0 && abd === 0) return overlap(a, b, c, d)
  // An end in the middle of an edge touches it: the ring does not change sides there.
  return abc * abd < 0 && cda * cdb < 0
}

/** Of four positions on one line: whether the edges share more than an end. */
function overlap(a: Position, b: Position, c: Position, d: Position): boolean {
  const axis = Math.abs(b[0] - a[0]) >= Math.abs(b[1] - a[1]) ? 0 : 1
  const [from, to] = [Math.min(a[axis], b[axis]), Math.max(a[axis], b[axis])]
  const [start, end] = [Math.min(c[axis], d[axis]), Math.max(c[axis], d[axis])]
  return Math.min(to, end) > Math.max(from, start)
}

/** On which side of the line from a to b: its sign. */
function side(a: Position, b: Position, c: Position): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}
