import { type DataType, newPixels, type Pixels, type PixelsOf } from './data-type.js'
import type { Layer } from './layer.js'

interface Taken {
  readonly type: DataType
  readonly whole: Pixels
}

/**
 * Arrays that are used again. New ones for each strip of rows would be collected late, and be most of the memory of the process
 * until then.
 */
export class PixelPool {
  readonly #free = new Map<DataType, Pixels[]>()
  readonly #taken = new Map<ArrayBufferLike, Taken>()

  /** What the array held before may still be in it. */
  take<T extends DataType>(type: T, length: number): PixelsOf<T> {
    const free = this.#free.get(type) ?? []
    const at = free.findIndex((pixels) => pixels.length >= length)
    const whole = at < 0 ? newPixels(type, length) : (free.splice(at, 1)[0] as Pixels)
    this.#taken.set(whole.buffer, { type, whole })
    return (whole.length === length ? whole : whole.subarray(0, length)) as PixelsOf<T>
  }

  giveBack({ buffer }: Pixels): void {
    const taken = this.#taken.get(buffer)
    if (!taken) return
    this.#taken.delete(buffer)
    const free = this.#free.get(taken.type)
    if (free) free.push(taken.whole)
    else this.#free.set(taken.type, [taken.whole])
  }

  /** Takes back all that none of the layers has. */
  keep(layers: Iterable<Layer>): void {
    const kept = new Set<ArrayBufferLike>()
    for (const { bands, valid } of layers) {
      kept.add(valid.buffer)
      for (const { pixels } of bands) kept.add(pixels.buffer)
    }
    for (const [buffer, { whole }] of this.#taken) if (!kept.has(buffer)) this.giveBack(whole)
  }
}
