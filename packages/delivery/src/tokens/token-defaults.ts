const hour = 60 * 60 * 1000
const day = 24 * hour

/** Times in ms. */
export const tokenDefaults = {
  lifetimeMs: hour,
  maxLifetimeMs: day,
  /** What `maxLifetimeMs` may be. */
  longestMs: 366 * day,
} as const
