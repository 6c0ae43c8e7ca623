import { PieceworkError } from '../contracts/errors.js'
import { pauseDefaults } from '../defaults.js'
import type { Steps } from './steps.js'

const sliceBytes = pauseDefaults.parsedBytes

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/**
 * `JSON.parse` of bytes that a `JsonScan` has seen, which bounds their nesting: the same value, or
 * `archive-invalid` for the same bytes. What is long is parsed in slices.
 */
export function* jsonSteps(what: string, bytes: Uint8Array): Steps<unknown> {
  const parser = new SlicedJson(what, bytes)
  const value = yield* parser.value()
  parser.end()
  return value
}

/** Where a value ends, or that it is longer than one slice. */
interface Extent {
  readonly end: number
  readonly isLong: boolean
}

class SlicedJson {
  readonly #what: string
  readonly #bytes: Uint8Array
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  #at = 0
  #pausedAt = 0

  constructor(what: string, bytes: Uint8Array) {
    this.#what = what
    this.#bytes = bytes
  }

  end(): void {
    this.#space()
    if (this.#at < this.#bytes.length) throw this.#invalid()
  }

  *value(): Steps<unknown> {
    this.#space()
    const { end, isLong } = this.#extent(this.#at)
    if (isLong) return yield* this.#bytes[this.#at] === openBracket ? this.#array() : this.#object()
    const value = this.#parsed(this.#text(this.#at, end))
    this.#at = end
    if (this.#at - this.#pausedAt >= sliceBytes) {
      this.#pausedAt = this.#at
      yield
    }
    return value
  }

  *#object(): Steps<unknown> {
    const members: (readonly [string, unknown])[] = []
    if (this.#isEmpty(closeBrace)) return {}
    do {
      this.#at++
      this.#space()
      const { end } = this.#extent(this.#at)
      if (this.#bytes[this.#at] !== quote) throw this.#invalid()
      const name = this.#parsed(this.#text(this.#at, end)) as string
      this.#at = end
      this.#space()
      if (this.#bytes[this.#at] !== colon) throw this.#invalid()
      this.#at++
      members.push([name, yield* this.value()])
      this.#space()
    } while (this.#bytes[this.#at] === comma)
    this.#close(closeBrace)
    return Object.fromEntries(members)
  }

  *#array(): Steps<unknown> {
    const items: unknown[] = []
    if (this.#isEmpty(closeBracket)) return items
    do {
      this.#at++
      const to = this.#endOfSlice(this.#at)
      if (to === this.#at) items.push(yield* this.value())
      else {
        for (const item of this.#parsed(`[${this.#text(this.#at, to)}]`) as readonly unknown[])
          items.push(item)
        this.#at = this.#pausedAt = to
        yield
      }
      this.#space()
    } while (this.#bytes[this.#at] === comma)
    this.#close(closeBracket)
    return items
  }

  /** Of items that are parsed together; `from`, if the first is too long or none. */
  #endOfSlice(from: number): number {
    for (let [at, last] = [from, from]; ; at = last + 1) {
      const start = this.#afterSpace(at)
      const { end, isLong } = this.#extent(start)
      if (isLong || end === start) return last
      last = this.#afterSpace(end)
      if (this.#bytes[last] !== comma || last - from > sliceBytes) return last
    }
  }

  /** Of the value that begins at `from`; what is no JSON ends somewhere. */
  #extent(from: number): Extent {
    const bytes = this.#bytes
    const first = bytes[from]
    if (first === quote) return { end: this.#afterString(from), isLong: false }
    let at = from
    if (first !== openBracket && first !== openBrace) {
      while (at < bytes.length && !isBehindScalar(bytes[at])) at++
      return { end: at, isLong: false }
    }
    for (let depth = 0; at < bytes.length; ) {
      const byte = bytes[at]
      if (byte === openBracket || byte === openBrace) depth++
      else if (byte === closeBracket || byte === closeBrace) depth--
      at = byte === quote ? this.#afterString(at) : at + 1
      if (depth === 0 || at - from > sliceBytes) break
    }
    return { end: at, isLong: at - from > sliceBytes }
  }

  #afterString(from: number): number {
    const bytes = this.#bytes
    for (let at = from + 1; at < bytes.length; at++) {
      if (bytes[at] === backslash) at++
      else if (bytes[at] === quote) return at + 1
    }
    return bytes.length
  }

  /** Whether the bracket here is closed with nothing in between; then it is passed. */
  #isEmpty(close: number): boolean {
    const at = this.#afterSpace(this.#at + 1)
    if (this.#bytes[at] !== close) return false
    this.#at = at + 1
    return true
  }

  #close(byte: number): void {
    if (this.#bytes[this.#at] !== byte) throw this.#invalid()
    this.#at++
  }

  #space(): void {
    this.#at = this.#afterSpace(this.#at)
  }

  #afterSpace(from: number): number {
    let at = from
    while (isSpace(this.#bytes[at])) at++
    return at
  }

  #text(from: number, to: number): string {
    try {
      return this.#decoder.decode(this.#bytes.subarray(from, to))
    } catch (cause) {
      throw this.#invalid(cause)
    }
  }

  #parsed(text: string): unknown {
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw this.#invalid(cause)
    }
  }

  #invalid(cause?: unknown): PieceworkError {
    return new PieceworkError('archive-invalid', `${this.#what} is not JSON in UTF-8`, { cause })
  }
}

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

const isBehindScalar = (byte: number | undefined): boolean =>
  byte === comma || byte === colon || byte === closeBracket || byte === closeBrace || isSpace(byte)
