/** Counts ids and keeps the first few different ones, for a message. */
export class IdSample {
  count = 0
  readonly #first = new Set<number>()

  add(id: number): void {
    this.count += 1
    if (this.#first.size < 11) this.#first.add(id)
  }

  get first(): number | undefined {
    const [id] = this.#first
    return id
  }

  /** "1, 2, 3" or, of more than ten, "1, 2, … and more". */
  get text(): string {
    const ids = [...this.#first]
    return ids.length > 10 ? `${ids.slice(0, 10).join(', ')} and more` : ids.join(', ')
  }
}
