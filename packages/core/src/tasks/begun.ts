/**
 * What a piece has begun, and may have forgotten to wait for. A failure of it fails the attempt; without this, it
 * would be an unhandled rejection, which ends the process.
 */
export class Begun {
  readonly #work: Promise<unknown>[] = []

  noticed<T>(work: Promise<T>): Promise<T> {
    work.catch(() => {})
    this.#work.push(work)
    return work
  }

  /** Throws the first failure, also one that the piece has caught: what failed was not done. */
  async all(): Promise<void> {
    await Promise.all(this.#work)
  }
}
