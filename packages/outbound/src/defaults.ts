/** Times in ms. */
export const defaults = {
  /** Name looked up, connected, certificate seen. */
  connectMs: 10_000,
  /** No byte goes either way. */
  idleMs: 30_000,
  /** From the look at the name to the end of the answer. */
  wholeMs: 15 * 60_000,
  /** For a server that was asked whether it takes the body. */
  continueMs: 1000,
  /** Kept of an answer, in bytes. */
  answerBytes: 65_536,
  /** Of a body, handed to the connection at once. */
  chunkBytes: 262_144,
  /** Connections to one origin. */
  sockets: 8,
} as const
