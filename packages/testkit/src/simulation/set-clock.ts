import type { Random } from './random.js'

const hour = 3_600_000

/** Up to an hour, to both sides. */
export const aheadOf = (random: Random): number => random.below(2 * hour) - hour

/** How far the clock of the database goes back at most: what is leased by it waits as long. */
export const furthestBackMs = 60_000

/** Where a clock of the database goes that was set. */
export const setClock = (random: Random, aheadMs: number): number =>
  random.chance(0.5) ? aheadMs + random.below(hour) : aheadMs - random.below(furthestBackMs)
