import type { UnitMap } from './unit-map.js'

/** One entry of a legend: how its units look, and how many there are. */
interface MapClass {
  /** Of a column of words: which. Of numbers: from and to. */
  readonly word?: string
  readonly from?: number
  readonly to?: number
  readonly count: number
}

export interface Colouring {
  readonly classes: readonly MapClass[]
  /** Of each unit; `noClass` for one without a value. */
  readonly classOf: Uint8Array
}

export const noClass = 255
const classesOfNumbers = 5

/** Words are classes of their own; numbers are parted into classes of about as many units each. */
export function colouringOf(map: UnitMap, column: number): Colouring {
  const { ids, values, columns } = map
  const own = values[column]
  const classOf = new Uint8Array(ids.length).fill(own ? noClass : 0)
  if (!own) return { classes: [], classOf }
  const words = columns[column]?.words
  if (words) {
    for (let unit = 0; unit < own.length; unit += 1)
      if (!Number.isNaN(own[unit])) classOf[unit] = own[unit] as number
    return { classOf, classes: words.map((word, at) => ({ word, count: countOf(classOf, at) })) }
  }
  const sorted = own.filter((value) => !Number.isNaN(value)).sort()
  const bounds: number[] = []
  for (let at = 0; at < classesOfNumbers; at += 1) {
    const bound = sorted[Math.floor((at * sorted.length) / classesOfNumbers)]
    if (bound !== undefined && bound !== bounds.at(-1)) bounds.push(bound)
  }
  for (let unit = 0; unit < own.length; unit += 1) {
    const value = own[unit] as number
    if (!Number.isNaN(value)) classOf[unit] = bounds.findLastIndex((bound) => value >= bound)
  }
  const last = sorted.at(-1) ?? 0
  return {
    classOf,
    classes: bounds.map((from, at) => ({
      from,
      // The largest value that is below the next class.
      to: at + 1 < bounds.length ? below(sorted, bounds[at + 1] as number) : last,
      count: countOf(classOf, at),
    })),
  }
}

function countOf(classOf: Uint8Array, one: number): number {
  let count = 0
  for (const own of classOf) if (own === one) count += 1
  return count
}

function below(sorted: Float32Array, bound: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) < bound) low = middle + 1
    else high = middle
  }
  return sorted[low - 1] ?? bound
}

/** Red, green and blue of each class, from light to dark: they differ without their hues, too, and from the paper where units are as small as pixels. */
const numbers = ['#c2d98f', '#93c98f', '#5bb08c', '#2d8a8f', '#1d4f73'].map(rgb)
const words = ['#8494a2', '#2f7d4f', '#b3472f', '#e0b23c', '#7a62a8'].map(rgb)
const without = rgb('#ffffff')

/** And a pattern, which needs no colours: whether a pixel of it is drawn. Denser means more. */
const patterns: readonly ((x: number, y: number) => boolean)[] = [
  () => false,
  (x, y) => x % 6 === 0 && y % 6 === 0,
  (x, y) => (x + y) % 6 === 0,
  (x, y) => x % 5 === 0 || y % 5 === 0,
  (x, y) => (x + y) % 4 === 0 || (x - y + 4096) % 4 === 0,
]

/** Colour of a pixel of a class: 0xaabbggrr, as `ImageData` has it in a `Uint32Array`. */
export function pixelOf(of: number, x: number, y: number, hasWords: boolean): number {
  const [r, g, b] = (hasWords ? words : numbers)[of] ?? without
  const isDrawn = of === noClass ? (x + y) % 8 === 0 : (patterns[of % patterns.length]?.(x, y) ?? false)
  if (!isDrawn) return colour(r, g, b)
  // On what is light darker, on what is dark lighter.
  const to = r * 0.3 + g * 0.6 + b * 0.1 > 110 ? 0 : 255
  return colour(...([r, g, b].map((one) => Math.round(one * 0.55 + to * 0.45)) as unknown as Rgb))
}

export const colour = (r: number, g: number, b: number): number =>
  (0xff000000 | (b << 16) | (g << 8) | r) >>> 0

type Rgb = readonly [number, number, number]

function rgb(hex: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb
}
