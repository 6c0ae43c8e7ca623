const second = 1000
const minute = 60 * second
const mebibyte = 1024 ** 2

/** Times in ms, sizes in bytes. */
export const dropboxDefaults = {
  chunkBytes: 8 * mebibyte,
  /** Dropbox takes 150 MiB in one call. */
  largestChunkBytes: 148 * mebibyte,
  /** Of one call without bytes of a file; of one with them. */
  callTimeoutMs: 30 * second,
  uploadTimeoutMs: 10 * minute,
  /** Read of an answer. */
  answerBytes: 65_536,
  /** An access token is not used that is over so soon. */
  tokenMarginMs: minute,
  /** Names that are tried before Dropbox is asked to choose one. */
  names: 20,
  /** Corrections of the offset in one attempt. */
  corrections: 5,
  /** How long a user may take to allow the app. */
  stateMs: 10 * minute,
} as const
