import { randomFillSync } from 'node:crypto'

const firstIds = 1024
const blockBytes = 2 ** 20
/** Of a length, before the bytes of an id. */
const lengthBytes = 2
const mostIdBytes = 2 ** 16 - 1
const longestHashed = 1024

/**
 * By the place of a byte. Sums of bytes times random numbers are a universal hash in their upper bits (Dietzfelbinger): nobody can
 * make ids that all stand in one list.
 */
const factors = randomFillSync(new Int32Array(longestHashed + 1))

/**
 * Different ids, each with a number, in the order in which they came. They are held as bytes outside of JavaScript's heap: some 40
 * bytes more than an id has, where a Map of texts takes some 100. Two ids are the same if their bytes are.
 */
export class IdTable {
  #size = 0
  #values = new Float64Array(firstIds)
  #starts = new Uint32Array(firstIds)
  /** Heads of lists, and what follows each id in its list: an index + 1, or 0. */
  #lists = new Uint32Array(firstIds)
  #next = new Uint32Array(firstIds)
  readonly #blocks: Buffer[] = []
  #filled = blockBytes
  #asked: Buffer = Buffer.alloc(64)

  get size(): number {
    return this.#size
  }

  /** False, and nothing is added, if the id is there already. */
  add(id: string, value = 0): boolean {
    const length = this.#ask(id)
    let list = this.#listOf(this.#asked, 0, length)
    if (this.#find(list, length) !== -1) return false
    if (this.#size === this.#lists.length) {
      this.#grow()
      list = this.#listOf(this.#asked, 0, length)
    }
    const index = this.#size++
    this.#starts[index] = this.#store(length)
    this.#values[index] = value
    this.#link(index, list)
    return true
  }

  /** From 0; -1 if the id is not there. */
  indexOf(id: string): number {
    const length = this.#ask(id)
    return this.#find(this.#listOf(this.#asked, 0, length), length)
  }

  has(id: string): boolean {
    return this.indexOf(id) !== -1
  }

  /** The number of an id; undefined if the id is not there. */
  get(id: string): number | undefined {
    return this.#values[this.indexOf(id)]
  }

  valueAt(index: number): number {
    return this.#values[index] ?? Number.NaN
  }

  idAt(index: number): string {
    const { block, at, length } = this.#place(index)
    return block.toString('utf8', at, at + length)
  }

  /** Writes the bytes of an id where they are compared; returns their number. */
  #ask(id: string): number {
    if (id.length * 3 > this.#asked.length) {
      if (Buffer.byteLength(id) > mostIdBytes) throw new RangeError('The id is too long')
      this.#asked = Buffer.alloc(id.length * 3)
    }
    return this.#asked.write(id)
  }

  #listOf(bytes: Buffer, start: number, length: number): number {
    let sum = Math.imul(length, factors[longestHashed] as number)
    for (let at = Math.min(length, longestHashed) - 1; at >= 0; at--)
      sum = (sum + Math.imul(bytes[start + at] as number, factors[at] as number)) | 0
    return sum >>> (Math.clz32(this.#lists.length) + 1)
  }

  #find(list: number, length: number): number {
    for (let found = this.#lists[list] as number; found !== 0; found = this.#next[found - 1] as number) {
      const place = this.#place(found - 1)
      if (place.length !== length) continue
      const { block, at } = place
      if (this.#asked.compare(block, at, at + length, 0, length) === 0) return found - 1
    }
    return -1
  }

  #place(index: number): { readonly block: Buffer; readonly at: number; readonly length: number } {
    const start = this.#starts[index] as number
    const block = this.#blocks[Math.floor(start / blockBytes)] as Buffer
    const at = start % blockBytes
    return { block, at: at + lengthBytes, length: block.readUInt16LE(at) }
  }

  #store(length: number): number {
    if (this.#filled + lengthBytes + length > blockBytes) {
      this.#blocks.push(Buffer.allocUnsafeSlow(blockBytes))
      this.#filled = 0
    }
    const block = this.#blocks.at(-1) as Buffer
    const start = (this.#blocks.length - 1) * blockBytes + this.#filled
    block.writeUInt16LE(length, this.#filled)
    this.#asked.copy(block, this.#filled + lengthBytes, 0, length)
    this.#filled += lengthBytes + length
    return start
  }

  #link(index: number, list: number): void {
    this.#next[index] = this.#lists[list] as number
    this.#lists[list] = index + 1
  }

  #grow(): void {
    const size = this.#lists.length * 2
    this.#values = grown(this.#values, new Float64Array(size))
    this.#starts = grown(this.#starts, new Uint32Array(size))
    this.#lists = new Uint32Array(size)
    this.#next = new Uint32Array(size)
    for (let index = 0; index < this.#size; index++) {
      const { block, at, length } = this.#place(index)
      this.#link(index, this.#listOf(block, at, length))
    }
  }
}

function grown<T extends Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from)
  return to
}
