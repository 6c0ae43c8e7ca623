import type { Band, Layer } from './layer.js'
import type { PixelPool } from './pixel-pool.js'

/** Of no valid pixel. */
export function emptyLayer(bands: readonly Omit<Band, 'pixels'>[], length: number, pool: PixelPool): Layer {
  return {
    bands: bands.map((band) => ({ ...band, pixels: pool.take(band.type, length) })),
    valid: pool.take('uint8', length).fill(0),
  }
}

/** Puts the valid pixels of one layer over those of another of the same bands: whole pixels, whatever their values. */
export function overlay(below: Layer, above: Layer): void {
  const { valid } = above
  for (const [at, band] of above.bands.entries()) {
    const target = below.bands[at]?.pixels
    if (!target) throw new RangeError(`There is no band ${at + 1} below`)
    const { pixels } = band
    for (let i = 0; i < valid.length; i++) if (valid[i]) target[i] = pixels[i] as number
  }
  for (let i = 0; i < valid.length; i++) if (valid[i]) below.valid[i] = 1
}
