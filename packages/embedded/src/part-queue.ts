/** Hands parts from a callback to one consumer. */
export class PartQueue {
  readonly #parts: Uint8Array[] = []
  #ended: { readonly error?: unknown } | undefined
  #wake: () => void = () => {}

  put(part: Uint8Array): void {
    this.#parts.push(part)
    this.#wake()
  }

  /** With an error, parts that wait are discarded. Only the first call counts. */
  end(error?: unknown): void {
    this.#ended ??= error === undefined ? {} : { error }
    if (this.#ended.error !== undefined) this.#parts.length = 0
    this.#wake()
  }

  /** Undefined at the end. */
  async take(): Promise<Uint8Array | undefined> {
    for (;;) {
      const part = this.#parts.shift()
      if (part) return part
      if (this.#ended?.error !== undefined) throw this.#ended.error
      if (this.#ended) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
