const CHUNK_BITS = 16
const CHUNK = 1 << CHUNK_BITS
/** Above this many values, a chunk's bitmap (8 KB) is smaller than its sorted list. */
const MOST_LISTED = 4096

interface Chunk {
  /** Sorted. */
  list: Uint16Array
  size: number
  bits: Uint8Array | undefined
}

/**
 * A set of pairs of small integers, in the manner of roaring bitmaps: about two bytes a pair, or one bit for
 * each possible pair, whichever is less. Ten million pairs of 200 features and a million units take 30 MB.
 */
export class PairSet {
  readonly #chunks: (Chunk | undefined)[][] = []

  /** False if the pair was there before. */
  add(first: number, second: number): boolean {
    const chunk = this.#chunk(first, second >>> CHUNK_BITS)
    const value = second & (CHUNK - 1)
    return chunk.bits ? addBit(chunk.bits, value) : addListed(chunk, value)
  }

  #chunk(first: number, at: number): Chunk {
    const chunks = this.#chunks[first] ?? []
    const chunk = chunks[at] ?? { list: new Uint16Array(4), size: 0, bits: undefined }
    chunks[at] = chunk
    this.#chunks[first] = chunks
    return chunk
  }
}

function addBit(bits: Uint8Array, value: number): boolean {
  const byte = bits[value >>> 3] as number
  const bit = 1 << (value & 7)
  bits[value >>> 3] = byte | bit
  return (byte & bit) === 0
}

function addListed(chunk: Chunk, value: number): boolean {
  const { list, size } = chunk
  let low = 0
  let high = size
  if (size > 0 && (list[size - 1] as number) < value) low = size
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((list[middle] as number) < value) low = middle + 1
    else high = middle
  }
  if (low < size && list[low] === value) return false
  if (size === MOST_LISTED) {
    const bits = new Uint8Array(CHUNK >>> 3)
    for (const listed of list) addBit(bits, listed)
    chunk.bits = bits
    chunk.list = new Uint16Array(0)
    return addBit(bits, value)
  }
  if (size === list.length) {
    chunk.list = new Uint16Array(size * 2)
    chunk.list.set(list)
  }
  if (low < size) chunk.list.copyWithin(low + 1, low, size)
  chunk.list[low] = value
  chunk.size = size + 1
  return true
}
