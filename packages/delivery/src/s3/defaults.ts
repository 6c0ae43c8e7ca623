const mebibyte = 1024 ** 2

export const s3Defaults = {
  partBytes: 8 * mebibyte,
  /** What S3 takes, but for the last part. */
  leastPartBytes: 5 * mebibyte,
  mostPartBytes: 1024 * mebibyte,
  mostParts: 10_000,
  /** 5 TB, as S3 counts them. */
  mostBytes: 5 * 1024 ** 4,
  partsAtOnce: 4,
  /** Parts under way hold no more than this, but for one. */
  bytesAtOnce: 256 * mebibyte,
  /** How often the state of an upload is kept, at most. */
  statesKept: 250,
  /** Of a key, as UTF-8. */
  keyBytes: 900,
  /** After so many, a name is made unlike all others. */
  numberedNames: 20,
  /** Times in ms. */
  probeMs: 15_000,
  partMs: 15 * 60_000,
  abortMs: 5_000,
  /** Of one call that may pass when it is made again. */
  tries: 3,
  waitMs: 200,
  /** A server that asks for a longer wait is called in the next attempt. */
  longestWaitMs: 5_000,
} as const
