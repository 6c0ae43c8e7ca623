import type { ColorSettings } from '../tool/color-settings.js'
import type { Pixels } from './data-type.js'

/** Maps each band to 1…255, so that 0 stays free for pixels where there is nothing. */
export interface ColorLookup {
  /** By value, from `least` on. */
  readonly table: Uint8Array
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
  const table = new Uint8Array(most - least + 1)
  const equalized = settings.equalize ? cumulated(histogram, table.length) : undefined
  const clip = ofBand(settings.clip, band) ?? { min: least, max: most }
  const gamma = ofBand(settings.gamma, band) ?? 1
  const curve = settings.sigmoidal ? sigmoid(settings.sigmoidal) : (share: number) => share
  for (let at = 0; at < table.length; at++) {
    const value = equalized ? least + (equalized[at] as number) * (most - least) : least + at
    const share = Math.min(1, Math.max(0, (value - clip.min) / (clip.max - clip.min)))
    table[at] = Math.round(1 + 254 * curve(gamma === 1 ? share : share ** (1 / gamma)))
  }
  return { table, least }
}

export function applyLookup({ table, least }: ColorLookup, pixels: Pixels): Uint8Array {
  const out = new Uint8Array(pixels.length)
  for (let i = 0; i < out.length; i++) out[i] = table[(pixels[i] as number) - least] as number
  return out
}

/** Moves each pixel from its luma (ITU-R BT.601) by as much, in place. */
export function saturate(bands: readonly [Uint8Array, Uint8Array, Uint8Array], amount: number): void {
  const [red, green, blue] = bands
  for (let i = 0; i < red.length; i++) {
    const r = red[i] as number
    const g = green[i] as number
    const b = blue[i] as number
    const luma = 0.299 * r + 0.587 * g + 0.114 * b
    red[i] = byteOf(luma + (r - luma) * amount)
    green[i] = byteOf(luma + (g - luma) * amount)
    blue[i] = byteOf(luma + (b - luma) * amount)
  }
}

const byteOf = (value: number): number => (value < 1 ? 1 : value > 255 ? 255 : Math.floor(value + 0.5))

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
