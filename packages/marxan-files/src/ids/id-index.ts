const FREE = -1

/** Odd, of 32 bits. */
export const randomFactor = (): number => (Math.random() * 2 ** 32) | 1

/** Gives ids (0 to 2^31-1) indexes from 0 in order of arrival; about 20 bytes an id. */
export class IdIndex {
  #keys = new Int32Array(1024).fill(FREE)
  #indexes = new Int32Array(1024)
  #ids = new Int32Array(512)
  #size = 0
  /** Of each index its own: ids that a file chooses cannot be chosen to collide. */
  readonly #factor = randomFactor()
  readonly #second = randomFactor()

  get size(): number {
    return this.#size
  }

  /** The index of an id, new or not: it is new when the index is the size before. */
  add(id: number): number {
    const slot = this.#slot(id)
    if (this.#keys[slot] === id) return this.#indexes[slot] as number
    const index = this.#size
    this.#keys[slot] = id
    this.#indexes[slot] = index
    this.#ids[index] = id
    this.#size = index + 1
    if (this.#size === this.#ids.length) this.#grow()
    return index
  }

  /** -1 for an id that was never added. */
  get(id: number): number {
    const slot = this.#slot(id)
    return this.#keys[slot] === id ? (this.#indexes[slot] as number) : -1
  }

  id(index: number): number {
    return this.#ids[index] as number
  }

  #slot(id: number): number {
    const keys = this.#keys
    const mask = keys.length - 1
    let hash = Math.imul(id, this.#factor)
    hash = Math.imul(hash ^ (hash >>> 15), this.#second)
    let slot = (hash ^ (hash >>> 13)) & mask
    while (keys[slot] !== id && keys[slot] !== FREE) slot = (slot + 1) & mask
    return slot
  }

  /** Half of the slots stay free. */
  #grow(): void {
    const ids = new Int32Array(this.#ids.length * 2)
    ids.set(this.#ids)
    this.#ids = ids
    this.#keys = new Int32Array(ids.length * 2).fill(FREE)
    this.#indexes = new Int32Array(ids.length * 2)
    for (let index = 0; index < this.#size; index += 1) {
      const slot = this.#slot(ids[index] as number)
      this.#keys[slot] = ids[index] as number
      this.#indexes[slot] = index
    }
  }
}
