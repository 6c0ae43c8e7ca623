/** Chance that a seed repeats. */
export interface Chance {
  /** From 0 to `below`, without it. */
  number(below: number): number
  pick<T>(items: readonly T[]): T
  /** True in one of `times` cases. */
  one(times: number): boolean
}

/** mulberry32. */
export function chance(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const number = (below: number): number => Math.floor(next() * below)
  return {
    number,
    pick: (items) => items[number(items.length)] as (typeof items)[number],
    one: (times) => number(times) === 0,
  }
}
