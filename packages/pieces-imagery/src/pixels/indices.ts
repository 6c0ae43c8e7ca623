import type { Pixels } from './data-type.js'
import { PixelPool } from './pixel-pool.js'

/** (a − b) / (a + b), the form of NDVI and NDWI; NaN where the sum is 0. */
export function normalizedDifference(a: Pixels, b: Pixels, pool = new PixelPool()): Float32Array {
  const out = pool.take('float32', a.length)
  for (let i = 0; i < out.length; i++) {
    const x = a[i] as number
    const y = b[i] as number
    const sum = x + y
    out[i] = sum === 0 ? Number.NaN : (x - y) / sum
  }
  return out
}

export interface EviBands {
  readonly nir: Pixels
  readonly red: Pixels
  readonly blue: Pixels
}

/**
 * The enhanced vegetation index of MODIS: 2.5 (nir − red) / (nir + 6 red − 7.5 blue + 1), of values times `scale`, which makes
 * reflectances of them; NaN where the divisor is 0.
 */
export function evi({ nir, red, blue }: EviBands, scale: number, pool = new PixelPool()): Float32Array {
  const out = pool.take('float32', nir.length)
  for (let i = 0; i < out.length; i++) {
    const n = (nir[i] as number) * scale
    const r = (red[i] as number) * scale
    const b = (blue[i] as number) * scale
    const divisor = n + 6 * r - 7.5 * b + 1
    out[i] = divisor === 0 ? Number.NaN : (2.5 * (n - r)) / divisor
  }
  return out
}
