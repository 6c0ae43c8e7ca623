const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const mebibyte = 1024 ** 2

/** Every default and limit of this package; times in ms. */
export const defaults = {
  /** How long a link is kept open when nothing is said of it; never longer than what it leads to. */
  linkLifetimeMs: 7 * day,
  /** How long the address that a link is read as opens the bytes. */
  addressLifetimeMs: 15 * minute,
  /** How often it is asked, during a download, whether its link is open. */
  checkedAgainMs: 10 * second,
  /** Credentials of one principal. */
  credentialsPerOwner: 100,
  /** Characters of a credential's JSON before it is sealed. */
  secretCharacters: 16_384,
  /** Credentials that are read at once when they are sealed anew. */
  rotatedAtOnce: 100,
  /** Links of a page over HTTP. */
  linksOfPage: 100,
  /** Bytes that a secret of a key ring has at least. */
  ringSecretBytes: 32,
} as const

/** Of scoped tokens; times in ms. */
export const tokenDefaults = {
  lifetimeMs: hour,
  maxLifetimeMs: day,
  /** What `maxLifetimeMs` may be. */
  longestMs: 366 * day,
  /** Of one as text, in characters: headers of servers end at 8 or 16 KiB. */
  characters: 8192,
  /** Of its scope as JSON. */
  scopeCharacters: 4096,
} as const

/** Of Dropbox; times in ms, sizes in bytes. */
export const dropboxDefaults = {
  chunkBytes: 8 * mebibyte,
  /** Dropbox takes 150 MiB in one call. */
  largestChunkBytes: 148 * mebibyte,
  /** Of one call without bytes of a file; of the one that ends an upload. */
  callTimeoutMs: 30 * second,
  finishTimeoutMs: 10 * minute,
  /** Read of an answer. */
  answerBytes: 65_536,
  /** Access tokens in memory. */
  keptTokens: 1000,
  /** An access token is not used that is over so soon. */
  tokenMarginMs: minute,
  /** Names that are tried before one that is unlike all others. */
  names: 20,
  /** Corrections of the offset in one attempt. */
  corrections: 5,
  /** How long a user may take to allow the app. */
  stateMs: 10 * minute,
  /** Of a state, in characters: what Dropbox gives back. */
  stateCharacters: 2000,
} as const

/** Of calls that send bytes of a file: a receiver that takes them more slowly is not waited for. */
export const sendDefaults = {
  leastMs: minute,
  bytesPerSecond: 65_536,
} as const

/** Of S3; times in ms, sizes in bytes. */
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
  /** From so many on a server is asked whether it takes them before they go. */
  askedBytes: 65_536,
  /** Of a key, as UTF-8. */
  keyBytes: 900,
  /** After so many, a name is made unlike all others. */
  numberedNames: 20,
  /** Times in ms. */
  probeMs: 15_000,
  /** For a server to put the parts together. */
  completeMs: 15 * minute,
  abortMs: 5_000,
  /** Of one call that may pass when it is made again. */
  tries: 3,
  waitMs: 200,
  /** A server that asks for a longer wait is called in the next attempt. */
  longestWaitMs: 5_000,
} as const
