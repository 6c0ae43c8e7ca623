import { newPixels, type Pixels, rangeOf } from '../pixels/data-type.js'
import type { Layer } from '../pixels/layer.js'
import type { ExportPlan } from '../plan/export-plan.js'

/** Bands of the output, and alpha where the plan has it; how many pixels are valid, and which of them look like nodata. */
export function outputPixels({ output }: ExportPlan, { bands, valid }: Layer) {
  const { dataType, nodata } = output
  const written: Pixels[] = bands.map(({ pixels }) => {
    const out: Pixels = newPixels(dataType, valid.length).fill((nodata ?? 0) as never)
    for (let i = 0; i < valid.length; i++) if (valid[i]) out[i] = pixels[i] as number
    return out
  })
  let count = 0
  let hidden = 0
  for (let i = 0; i < valid.length; i++) {
    if (!valid[i]) continue
    count += 1
    if (nodata !== undefined && written.every((pixels) => pixels[i] === nodata)) hidden += 1
  }
  if (nodata === undefined) {
    const opaque = rangeOf(dataType)?.[1] ?? 1
    written.push(newPixels(dataType, valid.length).map((_, i) => (valid[i] ? opaque : 0)))
  }
  return { bands: written, valid: count, hidden }
}
