const bitsPerKey = 48
const probes = 8
const fewestBits = 2 ** 16
const mostBits = 2 ** 27

/**
 * A Bloom filter: whether a key may have come before. Of as many keys as it was made for, one in three
 * million is taken for another. Its memory is 6 bytes for each key, and 16 MB at most.
 *
 * @see https://en.wikipedia.org/wiki/Bloom_filter
 */
export class KeyFilter {
  readonly #words: Uint32Array
  readonly #mask: number

  constructor(keys: number) {
    let bits = fewestBits
    while (bits < keys * bitsPerKey && bits < mostBits) bits *= 2
    this.#words = new Uint32Array(bits / 32)
    this.#mask = bits - 1
  }

  /** False: it was never remembered. */
  mayHave(key: string): boolean {
    const [first, step] = hashes(key)
    for (let probe = 0, at = first; probe < probes; probe++, at = (at + step) | 0) {
      const bit = at & this.#mask
      if (((this.#words[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false
    }
    return true
  }

  /** Remembers the key. False: it has not come before. */
  mayRepeat(key: string): boolean {
    const [first, step] = hashes(key)
    let known = true
    for (let probe = 0, at = first; probe < probes; probe++, at = (at + step) | 0) {
      const bit = at & this.#mask
      const word = this.#words[bit >>> 5] as number
      const flag = 1 << (bit & 31)
      if ((word & flag) !== 0) continue
      known = false
      this.#words[bit >>> 5] = word | flag
    }
    return known
  }
}

/** Two of 32 bits, by FNV-1a and MurmurHash's last step. */
function hashes(key: string): [number, number] {
  let [one, other] = [0x811c9dc5, 0x9747b28c]
  for (let at = 0; at < key.length; at++) {
    const code = key.charCodeAt(at)
    one = Math.imul(one ^ code, 0x01000193)
    other = Math.imul(other ^ code, 0x5bd1e995)
  }
  return [mixed(one), mixed(other ^ key.length) | 1]
}

function mixed(hash: number): number {
  let value = hash
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return value ^ (value >>> 16)
}
