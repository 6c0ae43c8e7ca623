export const defaults = {
  /** What a correct implementation does sooner, in ms. */
  patienceMs: 10_000,
  /** Of a simulation. */
  seeds: 200,
  firstSeed: 1,
} as const
