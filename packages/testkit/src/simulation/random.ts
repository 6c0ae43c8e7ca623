/** Chance that a seed decides: equal seeds, equal draws. */
export interface Random {
  /** A whole number from 0, smaller than `count`. */
  below(count: number): number
  /** True that often, of 1. */
  chance(share: number): boolean
  pick<T>(list: readonly T[]): T
  uuid(): string
}

/** The draws of one part of the simulation; those of other parts do not move them. */
export function seeded(seed: number, part: string): Random {
  let state = seed >>> 0
  for (const character of part) state = mixed(state, character.codePointAt(0) ?? 0)
  // Mulberry32.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (count: number): number => Math.floor(next() * count)
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => below(16).toString(16)).join('')
  return {
    below,
    chance: (share) => next() < share,
    pick: (list) => list[below(list.length)] as (typeof list)[number],
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
  }
}

/** FNV-1a. */
export const mixed = (hash: number, value: number): number => Math.imul(hash ^ value, 16777619) >>> 0
