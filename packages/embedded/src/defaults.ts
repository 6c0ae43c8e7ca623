/** Every limit of this package. */
export const defaults = {
  /** Bytes of one COPY into the database. */
  copyInBytes: 4 * 1024 * 1024,
  /** Bytes of one part of a COPY out of the database. */
  copyOutBytes: 256 * 1024,
  /** Parts of a COPY that may wait in the main thread. */
  partsAhead: 4,
} as const
