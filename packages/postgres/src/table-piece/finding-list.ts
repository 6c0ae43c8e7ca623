import type { Finding } from '@piecework/core/piece'

type Found = Omit<Finding, 'piece'>

const listed = 5

/** Findings of one file: of each code and column the first few, and how many there are. */
export class FindingList {
  readonly #kinds = new Map<string, { first: Found[]; count: number }>()

  /** `make` is called only for the first `limit` of this code and column, which are listed. */
  add(
    code: string,
    column: string | undefined,
    make: () => Omit<Found, 'code' | 'column'>,
    limit = listed,
  ): void {
    const kind = `${code} ${column}`
    const known = this.#kinds.get(kind) ?? { first: [], count: 0 }
    this.#kinds.set(kind, known)
    known.count++
    if (known.first.length < limit)
      known.first.push({ ...make(), code, ...(column !== undefined && { column }) })
  }

  *[Symbol.iterator](): Iterator<Found> {
    for (const { first, count } of this.#kinds.values()) {
      for (const [index, finding] of first.entries()) {
        yield index === 0 && count > first.length ? { ...finding, count } : finding
      }
    }
  }
}
