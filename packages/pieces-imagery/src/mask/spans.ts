import type { Mask } from './polygon.js'

/** Pixels of a row: columns `[from, to)`, `[from, to)` … as one list, ascending and apart. */
export type Spans = readonly number[]

export interface RowSpans {
  readonly row: number
  readonly spans: Spans
}

interface Edge {
  readonly polygon: number
  /** From above. */
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
  /** Rows `[first, last)` whose centres it crosses. */
  readonly first: number
  readonly last: number
}

/**
 * The pixels whose centres are inside of a polygon, of the rows that have any: what takes time is edges and crossings, and not
 * pixels.
 */
export function* spansOf(
  { polygons }: Mask,
  { y, height }: { readonly y: number; readonly height: number },
): Generator<RowSpans> {
  const edges = polygons
    .flatMap((rings, polygon) => rings.flatMap((ring) => edgesOf(ring, polygon, y, y + height)))
    .sort((a, b) => a.first - b.first)
  let active: Edge[] = []
  let next = 0
  for (let row = y; row < y + height; row++) {
    active = active.filter(({ last }) => last > row)
    for (let edge = edges[next]; edge && edge.first <= row; edge = edges[++next]) active.push(edge)
    if (active.length > 0) {
      yield { row, spans: spansAt(row, active, polygons.length > 1) }
      continue
    }
    const edge = edges[next]
    if (!edge) return
    row = edge.first - 1
  }
}

function edgesOf(ring: readonly number[], polygon: number, top: number, bottom: number): Edge[] {
  const edges: Edge[] = []
  for (let at = 2; at + 1 < ring.length; at += 2) {
    const [y, nextY] = [ring[at - 1] as number, ring[at + 1] as number]
    // From above, whichever way the ring goes: neighbours agree on their common edge.
    const [upper, lower] = y <= nextY ? [at - 2, at] : [at, at - 2]
    const [y1, y2] = [Math.min(y, nextY), Math.max(y, nextY)]
    const first = Math.max(top, Math.ceil(y1 - 0.5))
    const last = Math.min(bottom, Math.ceil(y2 - 0.5))
    const [x1, x2] = [ring[upper] as number, ring[lower] as number]
    if (first < last) edges.push({ polygon, x1, y1, x2, y2, first, last })
  }
  return edges
}

function spansAt(row: number, edges: readonly Edge[], isUnion: boolean): Spans {
  const crossings = edges
    .map(({ polygon, x1, y1, x2, y2 }) => ({ polygon, x: x1 + ((row + 0.5 - y1) * (x2 - x1)) / (y2 - y1) }))
    .sort((a, b) => a.polygon - b.polygon || a.x - b.x)
    .map(({ x }) => Math.ceil(x - 0.5))
  const spans: number[] = []
  for (let at = 0; at + 1 < crossings.length; at += 2) {
    const [from, to] = [crossings[at] as number, crossings[at + 1] as number]
    if (from < to) spans.push(from, to)
  }
  return isUnion ? joined(spans) : spans
}

/** Of several polygons, which may overlap. */
function joined(spans: Spans): Spans {
  const pairs = Array.from({ length: spans.length / 2 }, (_, at) => spans.slice(at * 2, at * 2 + 2))
  const found: number[] = []
  for (const [from, to] of pairs.sort(([a = 0], [b = 0]) => a - b) as [number, number][]) {
    const end = found.at(-1)
    if (end !== undefined && from <= end) found[found.length - 1] = Math.max(end, to)
    else found.push(from, to)
  }
  return found
}

/** What both have. */
export function common(some: Spans, others: Spans): Spans {
  const found: number[] = []
  for (let [a, b] = [0, 0]; a < some.length && b < others.length; ) {
    const [endA, endB] = [some[a + 1] as number, others[b + 1] as number]
    const from = Math.max(some[a] as number, others[b] as number)
    const to = Math.min(endA, endB)
    if (from < to) found.push(from, to)
    if (endA <= endB) a += 2
    else b += 2
  }
  return found
}
