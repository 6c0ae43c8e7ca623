import { maxMatrixLabelBytes } from '../../defaults.js'

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const COMMA = 0x2c
const SEMICOLON = 0x3b

/**
 * Finds the fields of a matrix without holding a line of it: a line may have as many fields as there are planning units. Commas, tabs and semicolons
 * separate, in each line as they come.
 */
export class MatrixLines {
  /** From 1. */
  line = 1
  /** Fields of the line before the current one. */
  fields = 0
  /** The file holds a zero byte. */
  binary = false
  readonly #onField: () => void
  readonly #field = Buffer.alloc(maxMatrixLabelBytes)
  #length = 0
  #overlong = false
  #afterCr = false

  constructor(onField: () => void) {
    this.#onField = onField
  }

  /** The current field, without blanks and quotation marks around it; cut if it is longer than any label. */
  get text(): string {
    const text = this.#field.toString('latin1', 0, this.#length).trim()
    return this.#overlong ? `${text}…` : text.replace(/^"(.*)"$/, '$1').trim()
  }

  /** 0 or 1 as nearly all cells are; -1 for everything else. */
  get bit(): number {
    const bit = this.#length === 1 ? (this.#field[0] as number) - 0x30 : -1
    return bit === 0 || bit === 1 ? bit : -1
  }

  /** Reads up to the end of a line: the offset behind it, or -1 if the chunk ends before. Call `begin` after a line. */
  read(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at] as number
      if (byte === COMMA || byte === TAB || byte === SEMICOLON) this.#end()
      else if (byte === LF) {
        if (this.#afterCr) {
          this.#afterCr = false
          continue
        }
        this.#end()
        return at + 1
      } else if (byte === CR) {
        this.#end()
        this.#afterCr = true
        return at + 1
      } else {
        if (byte === 0) this.binary = true
        if (this.#length < maxMatrixLabelBytes) this.#field[this.#length++] = byte
        else this.#overlong = true
      }
      this.#afterCr = false
    }
    return -1
  }

  /** The file has ended: false if no line was open. */
  finish(): boolean {
    if (this.fields === 0 && this.#length === 0) return false
    this.#end()
    return true
  }

  begin(): void {
    this.line += 1
    this.fields = 0
  }

  #end(): void {
    this.#onField()
    this.fields += 1
    this.#length = 0
    this.#overlong = false
  }
}
