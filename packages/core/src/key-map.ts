import type { KeyRange } from './contracts/keys.js'

/** Canonical decimals of at most 64 bits, give or take: what is no key is in no range. */
const decimal = /^(?:0|-?[1-9]\d{0,18})$/

/** The new keys of one table by the old ones. Holds 24 bytes a range. */
export interface KeyMap {
  /** Number of ranges. */
  readonly size: number
  /** Undefined for a key of which the job has reserved no new one. `oldKey`: as PostgreSQL prints it. */
  get(oldKey: string): string | undefined
}

const maps = new WeakMap<readonly KeyRange[], KeyMap>()

/** `ranges`: in order of `oldFrom`, none overlaps another; the list does not change afterwards. */
export function keyMap(ranges: readonly KeyRange[]): KeyMap {
  const map = maps.get(ranges) ?? (ranges.every(isSafe) ? safeMap(ranges) : wideMap(ranges))
  maps.set(ranges, map)
  return map
}

const isSafe = ({ oldFrom, newFrom, length }: KeyRange): boolean =>
  [oldFrom, oldFrom + BigInt(length), newFrom, newFrom + BigInt(length)].every(
    (key) => key >= Number.MIN_SAFE_INTEGER && key <= Number.MAX_SAFE_INTEGER,
  )

/** Numbers are faster than bigints, and few sequences ever come as far as these. */
function safeMap(ranges: readonly KeyRange[]): KeyMap {
  const from = Float64Array.from(ranges, ({ oldFrom }) => Number(oldFrom))
  const to = Float64Array.from(ranges, ({ newFrom }) => Number(newFrom))
  const length = Float64Array.from(ranges, (range) => range.length)
  return {
    size: ranges.length,
    get: (oldKey) => {
      if (!decimal.test(oldKey)) return undefined
      const key = Number(oldKey)
      const at = lastNotAfter(from, key)
      if (at < 0) return undefined
      const place = key - (from[at] as number)
      return place < (length[at] as number) ? String((to[at] as number) + place) : undefined
    },
  }
}

function wideMap(ranges: readonly KeyRange[]): KeyMap {
  const from = BigInt64Array.from(ranges, ({ oldFrom }) => oldFrom)
  const to = BigInt64Array.from(ranges, ({ newFrom }) => newFrom)
  const length = BigInt64Array.from(ranges, (range) => BigInt(range.length))
  return {
    size: ranges.length,
    get: (oldKey) => {
      if (!decimal.test(oldKey)) return undefined
      const key = BigInt(oldKey)
      const at = lastNotAfter(from, key)
      if (at < 0) return undefined
      const place = key - (from[at] as bigint)
      return place < (length[at] as bigint) ? String((to[at] as bigint) + place) : undefined
    },
  }
}

/** Index of the last range that begins at the key or before; -1 without one. */
function lastNotAfter<Key extends number | bigint>(
  from: { readonly length: number; readonly [at: number]: Key },
  key: Key,
): number {
  let [low, high] = [0, from.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((from[middle] as Key) <= key) low = middle + 1
    else high = middle
  }
  return low - 1
}
