import type { Window } from '../grid/grid.js'
import { PixelPool } from '../pixels/pixel-pool.js'
import type { Mask } from './polygon.js'
import { common, spansOf } from './spans.js'

/** 1 for each pixel of the window whose centre is inside of a polygon; depends on nothing but the grid. */
export function maskWindow(mask: Mask, { x, y, width, height }: Window, pool = new PixelPool()): Uint8Array {
  const inside = pool.take('uint8', width * height).fill(0)
  for (const { row, spans } of spansOf(mask, { y, height })) {
    const own = common(spans, [x, x + width])
    const start = (row - y) * width - x
    for (let at = 0; at < own.length; at += 2)
      inside.fill(1, start + (own[at] as number), start + (own[at + 1] as number))
  }
  return inside
}

/** The least window that holds all pixels of the mask in a grid; of a width of 0 if there is none. */
export function boundsOf(mask: Mask, { width, height }: Pick<Window, 'width' | 'height'>): Window {
  let [left, top, right, bottom] = [width, height, 0, 0]
  for (const { row, spans } of spansOf(mask, { y: 0, height })) {
    const own = common(spans, [0, width])
    if (own.length === 0) continue
    left = Math.min(left, own[0] as number)
    right = Math.max(right, own.at(-1) as number)
    top = Math.min(top, row)
    bottom = row + 1
  }
  return right === 0
    ? { x: 0, y: 0, width: 0, height: 0 }
    : { x: left, y: top, width: right - left, height: bottom - top }
}

/** How many pixels of a grid are inside of all masks, in each column of windows of these rows, `side` pixels wide. */
export function pixelsInside(
  [first, ...others]: readonly [Mask, ...Mask[]],
  rows: Pick<Window, 'y' | 'height'>,
  { width, side }: { readonly width: number; readonly side: number },
): Float64Array {
  const counts = new Float64Array(Math.ceil(width / side))
  const rest = others.map((mask) => {
    const spans = Array.from(spansOf(mask, rows))
    return new Map(spans.map((one) => [one.row, one.spans]))
  })
  for (const { row, spans } of spansOf(first, rows)) {
    const own = rest.reduce((inside, one) => common(inside, one.get(row) ?? []), common(spans, [0, width]))
    for (let at = 0; at < own.length; at += 2) addSpan(counts, own[at] as number, own[at + 1] as number, side)
  }
  return counts
}

function addSpan(counts: Float64Array, from: number, to: number, side: number): void {
  for (let column = Math.floor(from / side); column * side < to; column++) {
    const end = Math.min(to, (column + 1) * side)
    counts[column] = (counts[column] as number) + end - Math.max(from, column * side)
  }
}
