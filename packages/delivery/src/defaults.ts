const minute = 60_000
const day = 24 * 60 * minute

/** Every default and limit of this package; times in ms. */
export const defaults = {
  /** How long a link is kept open when nothing is said of it; never longer than what it leads to. */
  linkLifetimeMs: 7 * day,
  /** How long the address that a link is read as opens the bytes. */
  addressLifetimeMs: 15 * minute,
  /** Credentials of one principal. */
  credentialsPerOwner: 100,
  /** Characters of a credential's JSON before it is sealed. */
  secretCharacters: 16_384,
  /** Credentials that are read at once when they are sealed anew. */
  rotatedAtOnce: 100,
  /** Bytes that a secret of a key ring has at least. */
  ringSecretBytes: 32,
} as const
