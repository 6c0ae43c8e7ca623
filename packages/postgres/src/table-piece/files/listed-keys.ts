import { hash } from 'node:crypto'

/** Which keys there are, by 52 bits of their hashes: eight bytes of memory for each. */
export class ListedKeys {
  #hashes = new Float64Array(1024)
  #count = 0

  add(key: string): void {
    if (this.#count === this.#hashes.length) {
      const larger = new Float64Array(this.#count * 2)
      larger.set(this.#hashes)
      this.#hashes = larger
    }
    this.#hashes[this.#count++] = hashOf(key)
  }

  /** To be called once, before `has`. */
  sort(): void {
    this.#hashes = this.#hashes.subarray(0, this.#count).sort()
  }

  has(key: string): boolean {
    const value = hashOf(key)
    let [low, high] = [0, this.#count]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#hashes[middle] as number) < value) low = middle + 1
      else high = middle
    }
    return low < this.#count && this.#hashes[low] === value
  }
}

const hashOf = (key: string): number => Number.parseInt(hash('sha256', key, 'hex').slice(0, 13), 16)
