/** Of an API that is read. Times in ms. */
export const apiDefaults = {
  /** Of one request, the first one included. */
  attempts: 5,
  /** Before the second attempt; twice as long before each later one. */
  firstWaitMs: 1000,
  /** A server that asks for more is not waited for. */
  longestWaitMs: 5 * 60_000,
  /** For a page. */
  pageMs: 30_000,
  /** A file, from the first byte to the last. */
  fileMs: 60 * 60_000,
  /** No byte comes. */
  idleMs: 30_000,
  /** Of a page, in bytes: it is held as a whole. */
  pageBytes: 16 * 1024 * 1024,
  /** Of an address. */
  addressCharacters: 4000,
} as const
