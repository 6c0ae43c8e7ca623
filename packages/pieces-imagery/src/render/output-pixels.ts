import { type Pixels, rangeOf } from '../pixels/data-type.js'
import type { Layer } from '../pixels/layer.js'
import type { PixelPool } from '../pixels/pixel-pool.js'
import type { ExportPlan } from '../plan/export-plan.js'

/** Bands of the output, and alpha where the plan has it; how many pixels are valid, and which of them look like nodata. */
export function outputPixels({ output }: ExportPlan, { bands, valid }: Layer, pool: PixelPool) {
  const { dataType, nodata } = output
  const written: Pixels[] = bands.map(({ pixels }) => {
    const out = pool.take(dataType, valid.length)
    out.fill((nodata ?? 0) as never)
    for (let i = 0; i < valid.length; i++) if (valid[i]) out[i] = pixels[i] as number
    return out
  })
  const [first, ...others] = written
  let count = 0
  let hidden = 0
  for (let i = 0; i < valid.length; i++) {
    if (!valid[i]) continue
    count += 1
    if (nodata !== undefined && first?.[i] === nodata && others.every((pixels) => pixels[i] === nodata))
      hidden += 1
  }
  if (nodata === undefined) {
    const opaque = rangeOf(dataType)?.[1] ?? 1
    const alpha = pool.take(dataType, valid.length)
    for (let i = 0; i < valid.length; i++) alpha[i] = valid[i] ? opaque : 0
    written.push(alpha)
  }
  return { bands: written, valid: count, hidden }
}
