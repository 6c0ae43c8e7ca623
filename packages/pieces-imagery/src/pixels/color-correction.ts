import type { ColorSettings } from '../tool/color-settings.js'
import type { Pixels } from './data-type.js'
import { PixelPool } from './pixel-pool.js'

export interface ColorLookup {
  /** By value, from `least` on: 0 is black, 1 is white. */
  readonly table: Float64Array
  /** The same as bytes. */
  readonly bytes: Uint8Array
  readonly least: number
}

export interface LookupSubject {
  /** Values that the band may have: `[least, most]` of its type, or of its own. */
  readonly range: readonly [number, number]
  /** Place of the band among the corrected ones. */
  readonly band: number
  /** Values of the whole of the scenes by number, from `range[0]` on; required by `equalize`. */
  readonly histogram?: ArrayLike<number>
}

/** Of one band of integers. Equalize, clip, gamma and sigmoidal contrast, in this order. */
export function colorLookup(settings: ColorSettings, { range, band, histogram }: LookupSubject): ColorLookup {
  const [least, most] = range
  const table = new Float64Array(most - least + 1)
  const equalized = settings.equalize ? cumulated(histogram, table.length) : undefined
  const clip = ofBand(settings.clip, band) ?? { min: least, max: most }
  const gamma = ofBand(settings.gamma, band) ?? 1
  const curve = settings.sigmoidal ? sigmoid(settings.sigmoidal) : (share: number) => share
  for (let at = 0; at < table.length; at++) {
    const value = equalized ? least + (equalized[at] as number) * (most - least) : least + at
    const share = Math.min(1, Math.max(0, (value - clip.min) / (clip.max - clip.min)))
    table[at] = curve(gamma === 1 ? share : share ** (1 / gamma))
  }
  return { table, bytes: Uint8Array.from(table, byteOf), least }
}

/** 1 to 255, so that 0 stays free for pixels where there is nothing. Rounded once, after all corrections. */
const byteOf = (share: number): number => Math.floor(1.5 + 254 * Math.min(1, Math.max(0, share)))

/** The bands, each with its lookup; with `saturation`, of red, green and blue. */
export function corrected(
  bands: readonly Pixels[],
  lookups: readonly ColorLookup[],
  saturation: number | undefined,
  pool = new PixelPool(),
): readonly Uint8Array[] {
  if (saturation !== undefined) return saturated(bands, lookups, saturation, pool)
  return bands.map((pixels, at) => {
    const { bytes, least } = lookups[at] as ColorLookup
    const out = pool.take('uint8', pixels.length)
    for (let i = 0; i < out.length; i++) out[i] = bytes[(pixels[i] as number) - least] as number
    return out
  })
}

/** Moves each pixel from its luma (ITU-R BT.601) by as much. */
function saturated(
  bands: readonly Pixels[],
  lookups: readonly ColorLookup[],
  amount: number,
  pool: PixelPool,
): readonly Uint8Array[] {
  const [red, green, blue] = bands as readonly [Pixels, Pixels, Pixels]
  const [reds, greens, blues] = lookups as readonly [ColorLookup, ColorLookup, ColorLookup]
  const out = bands.map(({ length }) => pool.take('uint8', length))
  const [outRed, outGreen, outBlue] = out as [Uint8Array, Uint8Array, Uint8Array]
  for (let i = 0; i < red.length; i++) {
    const r = reds.table[(red[i] as number) - reds.least] as number
    const g = greens.table[(green[i] as number) - greens.least] as number
    const b = blues.table[(blue[i] as number) - blues.least] as number
    const luma = 0.299 * r + 0.587 * g + 0.114 * b
    outRed[i] = byteOf(luma + (r - luma) * amount)
    outGreen[i] = byteOf(luma + (g - luma) * amount)
    outBlue[i] = byteOf(luma + (b - luma) * amount)
  }
  return out
}

function ofBand<T>(setting: T | readonly T[] | undefined, band: number): T | undefined {
  return Array.isArray(setting) ? (setting as readonly T[])[band] : (setting as T | undefined)
}

/** S-shaped, from 0 to 1, steepest at `alpha`. */
function sigmoid({ alpha, beta }: { readonly alpha: number; readonly beta: number }) {
  const raw = (share: number): number => 1 / (1 + Math.exp(beta * (alpha - share)))
  const low = raw(0)
  const high = raw(1)
  return (share: number): number => (raw(share) - low) / (high - low)
}

/** For each value, which share of all lies between the least value that occurs and it: the least becomes 0, the most 1. */
function cumulated(histogram: ArrayLike<number> | undefined, length: number): Float64Array {
  if (!histogram || histogram.length !== length)
    throw new RangeError('equalize needs a histogram of all values')
  const sums = new Float64Array(length)
  let total = 0
  for (let at = 0; at < length; at++) {
    total += histogram[at] as number
    sums[at] = total
  }
  const first = sums.find((sum) => sum > 0) ?? 0
  const span = total - first
  return sums.map((sum) => (span === 0 ? 0 : Math.max(0, sum - first) / span))
}
