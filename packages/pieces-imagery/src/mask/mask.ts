import { stripRows } from '../defaults.js'
import type { Window } from '../grid/grid.js'

/** Rings in pixels of a grid, to the right and down from its corner: `[x, y, x, y, …]`, closed. */
export interface Mask {
  readonly polygons: readonly (readonly (readonly number[])[])[]
}

/** 1 for each pixel of the window whose centre is inside of a polygon; depends on nothing but the grid. */
export function maskWindow({ polygons }: Mask, window: Window): Uint8Array {
  const mask = new Uint8Array(window.width * window.height)
  for (const rings of polygons) {
    const crossings: number[][] = []
    for (const ring of rings) addCrossings(ring, window, crossings)
    for (const [row, places] of crossings.entries()) if (places) fill(mask, row, places, window)
  }
  return mask
}

function addCrossings(ring: readonly number[], { y, height }: Window, found: number[][]): void {
  for (let at = 2; at + 1 < ring.length; at += 2) {
    let [x1, y1, x2, y2] = [ring[at - 2], ring[at - 1], ring[at], ring[at + 1]] as [
      number,
      number,
      number,
      number,
    ]
    if (y1 === y2) continue
    // From above, whichever way the ring goes: neighbours agree on their common edge.
    if (y1 > y2) [x1, y1, x2, y2] = [x2, y2, x1, y1]
    const first = Math.max(y, Math.ceil(y1 - 0.5))
    const last = Math.min(y + height, Math.ceil(y2 - 0.5))
    for (let row = first; row < last; row++) {
      const place = x1 + ((row + 0.5 - y1) * (x2 - x1)) / (y2 - y1)
      const places = found[row - y]
      if (places) places.push(place)
      else found[row - y] = [place]
    }
  }
}

function fill(mask: Uint8Array, row: number, places: number[], { x, width }: Window): void {
  places.sort((a, b) => a - b)
  for (let at = 0; at + 1 < places.length; at += 2) {
    const from = Math.max(0, Math.ceil((places[at] as number) - 0.5) - x)
    const to = Math.min(width, Math.ceil((places[at + 1] as number) - 0.5) - x)
    if (from < to) mask.fill(1, row * width + from, row * width + to)
  }
}

/** The least window that holds all pixels of the mask in a grid; of a width of 0 if there is none. */
export function boundsOf(mask: Mask, { width, height }: Pick<Window, 'width' | 'height'>): Window {
  let [left, top, right, bottom] = [width, height, 0, 0]
  for (let y = 0; y < height; y += stripRows) {
    const strip = { x: 0, y, width, height: Math.min(stripRows, height - y) }
    const inside = maskWindow(mask, strip)
    for (let row = 0; row < strip.height; row++) {
      const pixels = inside.subarray(row * width, (row + 1) * width)
      const first = pixels.indexOf(1)
      if (first < 0) continue
      left = Math.min(left, first)
      right = Math.max(right, pixels.lastIndexOf(1) + 1)
      top = Math.min(top, y + row)
      bottom = y + row + 1
    }
  }
  return right === 0
    ? { x: 0, y: 0, width: 0, height: 0 }
    : { x: left, y: top, width: right - left, height: bottom - top }
}
