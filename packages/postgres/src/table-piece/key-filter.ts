import { defaults } from '../defaults.js'

const bitsPerKey = 48
const fewestBits = 2 ** 16
const mostBits = 8 * defaults.keyFilterBytes
const probes = 8
/** Half of the probes of a key go to one line of the processor's cache, half to another. */
const probesOfLine = 4
/** Bits of a line, less one. */
const inLine = 511

/**
 * A Bloom filter: whether a key may have come before. Of as many keys as it was made for, one in two million is taken for
 * another. Its memory is 6 bytes for each key, and `keyFilterBytes` at most, of which a key costs two reads.
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
    this.#mask = (bits - 1) & ~inLine
  }

  /** False: it was never remembered. */
  mayHave(key: string): boolean {
    return this.#probe(key, false)
  }

  /** Remembers the key. False: it has not come before. */
  mayRepeat(key: string): boolean {
    return this.#probe(key, true)
  }

  #probe(key: string, remember: boolean): boolean {
    const words = this.#words
    const [one, other] = hashes(key)
    let known = true
    let line = one & this.#mask
    let state = other
    for (let probe = 0; probe < probes; probe++) {
      if (probe === probesOfLine) line = mixed(one ^ other) & this.#mask
      state = (Math.imul(state, 0x9e3779b1) + 1) | 0
      const bit = line | (state >>> 23)
      const word = words[bit >>> 5] as number
      const flag = 1 << (bit & 31)
      if ((word & flag) !== 0) continue
      if (!remember) return false
      known = false
      words[bit >>> 5] = word | flag
    }
    return known
  }
}

/** Two of 32 bits, over pairs of characters: turned, met with the pair and multiplied; MurmurHash's last step. */
function hashes(key: string): [number, number] {
  const { length } = key
  const paired = length & ~1
  let one = length & 1 ? key.charCodeAt(paired) : 0x811c9dc5
  let other = length
  for (let at = 0; at < paired; at += 2) {
    const pair = key.charCodeAt(at) | (key.charCodeAt(at + 1) << 16)
    one = Math.imul(((one << 5) | (one >>> 27)) ^ pair, 0x9e3779b1)
    other = Math.imul(((other << 13) | (other >>> 19)) ^ pair, 0x5bd1e995)
  }
  return [mixed(one), mixed(other ^ one)]
}

function mixed(hash: number): number {
  let value = hash
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return value ^ (value >>> 16)
}
