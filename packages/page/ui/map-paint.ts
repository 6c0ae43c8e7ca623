import { type Colouring, colour, noClass, pixelOf } from './map-colours.js'
import { noUnit } from './map-raster.js'

interface Look {
  readonly colouring: Colouring
  readonly hasWords: boolean
  /** Units that findings are about. */
  readonly marked: ReadonlySet<number>
  readonly selected: number
  /** Pixels of a unit on the whole: lines between smaller ones would be all that is seen. */
  readonly unitPixels: number
}

const black = colour(20, 20, 20)
const white = colour(255, 255, 255)
const red = colour(190, 30, 30)
/** Side of the square in which patterns repeat: of 4, 5, 6 and 8. */
const period = 120

/** Colours what `rasterise` has made. */
export function paintUnits(units: Int32Array, width: number, image: Uint32Array, look: Look): void {
  const { colouring, hasWords, marked, selected, unitPixels } = look
  const hasLines = unitPixels > 30
  const tiles = new Map<number, Uint32Array>()
  const tileOf = (one: number) => {
    const known = tiles.get(one)
    if (known) return known
    const tile = Uint32Array.from({ length: period * period }, (_, at) =>
      pixelOf(one, at % period, Math.floor(at / period), hasWords),
    )
    tiles.set(one, tile)
    return tile
  }
  const { classOf } = colouring
  const height = units.length / width
  let [last, tile, isMarked] = [noUnit, tileOf(noClass), false]
  for (let y = 0; y < height; y += 1) {
    const tileRow = (y % period) * period
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x
      const unit = units[at] as number
      if (unit === noUnit) {
        image[at] = 0
        continue
      }
      if (unit !== last) {
        last = unit
        tile = tileOf(classOf[unit] as number)
        isMarked = marked.has(unit)
      }
      const isEdge = units[at + 1] !== unit || (units[at + width] ?? unit) !== unit
      if (isMarked) image[at] = (x + y) % 6 < 3 || isEdge ? red : white
      else if (hasLines && isEdge) image[at] = black
      else image[at] = tile[tileRow + (x % period)] as number
    }
  }
  if (selected !== noUnit) outline(units, width, image, selected)
}

/** A ring of black and white around it, which is seen on any colour. */
function outline(units: Int32Array, width: number, image: Uint32Array, selected: number): void {
  const edges: number[] = []
  const last = units.lastIndexOf(selected)
  for (let at = units.indexOf(selected); at >= 0 && at <= last; at += 1)
    if (units[at] === selected && isEdgeOf(units, width, at)) edges.push(at)
  for (const [reach, ring] of [
    [4, white],
    [2, black],
  ] as const)
    for (const edge of edges)
      for (let dy = -reach; dy <= reach; dy += 1)
        for (let dx = -reach; dx <= reach; dx += 1) {
          const at = edge + dy * width + dx
          const isBeside = Math.abs((at % width) - (edge % width)) <= reach
          if (at >= 0 && at < units.length && isBeside && units[at] !== selected) image[at] = ring
        }
}

function isEdgeOf(units: Int32Array, width: number, at: number): boolean {
  return [1, -1, width, -width].some((step) => units[at + step] !== units[at])
}
