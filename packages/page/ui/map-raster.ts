import type { UnitMap } from './unit-map.js'

/** What of a plane is seen: the point in the middle, and pixels of one step. */
export interface MapView {
  readonly x: number
  readonly y: number
  readonly scale: number
}

export const noUnit = -1

/** All of the map, with a small margin. */
export function wholeView({ box: [x0, y0, x1, y1] }: UnitMap, width: number, height: number): MapView {
  const scale = Math.min(width / (x1 - x0 || 1), height / (y1 - y0 || 1)) * 0.95
  return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, scale: Number.isFinite(scale) ? scale : 1 }
}

/**
 * Which unit each pixel shows, row by row; `noUnit` for none. One pass over the units that are seen: what they are coloured
 * by, a click and an outline are then looked up.
 */
export function rasterise(map: UnitMap, view: MapView, width: number, height: number): Int32Array {
  const pixels = new Int32Array(width * height).fill(noUnit)
  const { boxes, ids, rings, points, xy } = map
  const { scale } = view
  const left = view.x - width / 2 / scale
  const top = view.y + height / 2 / scale
  const crossings: number[] = []
  for (let unit = 0; unit < ids.length; unit += 1) {
    const x0 = ((boxes[unit * 4] as number) - left) * scale
    const x1 = ((boxes[unit * 4 + 2] as number) - left) * scale
    const y0 = (top - (boxes[unit * 4 + 3] as number)) * scale
    const y1 = (top - (boxes[unit * 4 + 1] as number)) * scale
    // Those without a point have a box without an end.
    if (!(x1 >= 0 && x0 < width && y1 >= 0 && y0 < height)) continue
    const firstRow = Math.max(0, Math.ceil(y0 - 0.5))
    const lastRow = Math.min(height - 1, Math.floor(y1 - 0.5))
    const firstRing = rings[unit] as number
    const endRing = rings[unit + 1] as number
    let isSeen = false
    for (let row = firstRow; row <= lastRow; row += 1) {
      const y = top - (row + 0.5) / scale
      crossings.length = 0
      for (let ring = firstRing; ring < endRing; ring += 1) {
        const first = points[ring] as number
        const end = points[ring + 1] as number
        let [ax, ay] = [xy[end * 2 - 2] as number, xy[end * 2 - 1] as number]
        for (let point = first; point < end; point += 1) {
          const bx = xy[point * 2] as number
          const by = xy[point * 2 + 1] as number
          if (ay > y !== by > y) insert(crossings, (ax + ((y - ay) / (by - ay)) * (bx - ax) - left) * scale)
          ax = bx
          ay = by
        }
      }
      for (let at = 0; at + 1 < crossings.length; at += 2) {
        const from = Math.max(0, Math.ceil((crossings[at] as number) - 0.5))
        const to = Math.min(width, Math.ceil((crossings[at + 1] as number) - 0.5))
        if (from < to) {
          pixels.fill(unit, row * width + from, row * width + to)
          isSeen = true
        }
      }
    }
    if (isSeen) continue
    // What is smaller than a pixel is one, if the place is free.
    const column = Math.min(width - 1, Math.max(0, Math.floor(x0)))
    const at = Math.min(height - 1, Math.max(0, Math.floor(y0))) * width + column
    if (pixels[at] === noUnit) pixels[at] = unit
  }
  return pixels
}

/** Into its place: there are a few. */
function insert(sorted: number[], value: number): void {
  let at = sorted.length
  sorted.push(value)
  for (; at > 0 && (sorted[at - 1] as number) > value; at -= 1) sorted[at] = sorted[at - 1] as number
  sorted[at] = value
}
