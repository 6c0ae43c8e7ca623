import { PieceworkError } from '../contracts/errors.js'

/** What one document of JSON may hold. */
export interface JsonBudget {
  /** Objects, arrays, members, items. */
  readonly values: number
  /** Objects and arrays within each other. */
  readonly depth: number
}

const quote = 0x22
const comma = 0x2c
const backslash = 0x5c

/** `{` and `[` differ by this bit alone, as `}` and `]` do. */
const braceBit = 0x20
const opening = 0x5b | braceBit
const closing = 0x5d | braceBit

/**
 * Counts what a document holds, chunk by chunk, before it is parsed: a value costs two bytes in a file and a
 * hundred in memory. Throws `archive-limit` for too many values, `archive-invalid` for too much nesting.
 */
export class JsonScan {
  readonly #what: string
  readonly #budget: JsonBudget
  #values = 1
  #depth = 0
  #inString = false
  #escaped = false

  /** @param what begins messages: `Entry "meta.json"` */
  constructor(what: string, budget: JsonBudget) {
    this.#what = what
    this.#budget = budget
  }

  over(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (this.#inString) this.#overString(byte)
      else if (byte === quote) this.#inString = true
      else if (byte === comma) this.#values++
      else if ((byte | braceBit) === opening) this.#open()
      else if ((byte | braceBit) === closing) this.#depth--
    }
    if (this.#values > this.#budget.values)
      throw new PieceworkError(
        'archive-limit',
        `${this.#what} holds more than ${this.#budget.values} values`,
        {
          facts: { limit: this.#budget.values },
        },
      )
  }

  #overString(byte: number): void {
    if (this.#escaped) this.#escaped = false
    else if (byte === backslash) this.#escaped = true
    else if (byte === quote) this.#inString = false
  }

  #open(): void {
    this.#values++
    this.#depth++
    if (this.#depth > this.#budget.depth)
      throw new PieceworkError('archive-invalid', `${this.#what} is nested deeper than ${this.#budget.depth}`)
  }
}
