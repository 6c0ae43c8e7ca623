/** Runs one thing at a time: calls while it is under way wait for that run. */
export class SingleFlight {
  #running: Promise<void> | undefined

  run(work: () => Promise<void>): Promise<void> {
    this.#running ??= work().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#running
  }
}
