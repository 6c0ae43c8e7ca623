/** Time and chance. Tests and simulations hand in their own. */
export interface Environment {
  /** ms since epoch. */
  now(): number
  /** Calls back once, after `ms`. The function that is returned cancels it. */
  after(ms: number, callback: () => void): () => void
  /**
   * Calls back every `ms`, without keeping the process alive for it. The function that is returned ends it.
   */
  every(ms: number, callback: () => void): () => void
  /** A new random UUID. */
  uuid(): string
}
