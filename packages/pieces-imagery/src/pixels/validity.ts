import type { SceneFacts } from '../scene/scene-facts.js'
import { type Pixels, pixelOf } from './data-type.js'
import type { PixelPool } from './pixel-pool.js'

/** What says which pixels are valid: the last band, or any band that is not nodata; if there is neither, all are. */
export interface Validity {
  readonly alpha?: true
  readonly nodata?: number
}

/** Of a copy of the scene's file, its mask being the last band of the copy. */
export const validityOf = ({ alpha, masked, nodata }: SceneFacts): Validity => ({
  ...((alpha || masked) && { alpha: true as const }),
  ...(nodata !== undefined && { nodata }),
})

/** Of the bands of some rows, 1 for each pixel that is valid. `all`: the scene's bands, then alpha where it decides. */
export function validPixels(
  all: readonly Pixels[],
  { bands, dataType }: SceneFacts,
  { alpha, nodata }: Validity,
  pool: PixelPool,
): Uint8Array {
  const none = nodata === undefined ? undefined : pixelOf(nodata, dataType)
  const valid = pool.take('uint8', all[0]?.length ?? 0)
  valid.fill(none === undefined ? 1 : 0)
  if (none !== undefined) for (const pixels of all.slice(0, bands.length)) markOthers(valid, pixels, none)
  const opacity = alpha ? all.at(-1) : undefined
  if (opacity) for (let i = 0; i < valid.length; i++) if (opacity[i] === 0) valid[i] = 0
  return valid
}

/** `none` may be NaN, which is not equal to itself. */
function markOthers(valid: Uint8Array, pixels: Pixels, none: number): void {
  const isNotNumber = Number.isNaN(none)
  for (let i = 0; i < valid.length; i++) {
    const pixel = pixels[i] as number
    if (isNotNumber ? !Number.isNaN(pixel) : pixel !== none) valid[i] = 1
  }
}
