import { type DataType, newPixels, type Pixels } from './data-type.js'

/** Arrays that the next rows use again: to collect those of each takes longer than what is computed with them. */
export class PixelBuffers {
  readonly #arrays = new Map<string, Pixels>()

  /** What the array held before is still in it. */
  of(name: string, type: DataType, length: number): Pixels {
    const known = this.#arrays.get(name)
    if (known && known.length >= length) return known.subarray(0, length)
    const made = newPixels(type, length)
    this.#arrays.set(name, made)
    return made
  }
}
