import { IdSample } from './id-sample.js'

/** Lines of one file about which the same is to be told once: how many there are, the first few, and what is known of the first. */
export class LineSample<T extends { readonly line: number }> {
  readonly #lines = new IdSample()
  #first: T | undefined

  add(one: T): void {
    this.#lines.add(one.line)
    this.#first ??= one
  }

  get first(): T | undefined {
    return this.#first
  }

  get count(): number {
    return this.#lines.count
  }

  /** "1, 2, 3" or, of more than ten, "1, 2, … and more". */
  get lines(): string {
    return this.#lines.text
  }
}
