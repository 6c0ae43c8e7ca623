import { IdIndex } from './id-index.js'

/** Ids and the lines on which each came first. */
export class IdLines {
  readonly index = new IdIndex()
  #lines = new Int32Array(1024)

  get size(): number {
    return this.index.size
  }

  /** The line on which the id came before; undefined for a new one. */
  add(id: number, line: number): number | undefined {
    const before = this.index.size
    const index = this.index.add(id)
    if (index < before) return this.#lines[index]
    if (index === this.#lines.length) {
      const lines = new Int32Array(index * 2)
      lines.set(this.#lines)
      this.#lines = lines
    }
    this.#lines[index] = line
    return undefined
  }

  line(index: number): number {
    return this.#lines[index] as number
  }
}
