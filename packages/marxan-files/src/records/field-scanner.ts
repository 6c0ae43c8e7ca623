const QUOTE = 0x22
const SPACE = 0x20
const TAB = 0x09
const LF = 0x0a
const CR = 0x0d

/** How a field was written. */
const PLAIN = 0
const QUOTED = 1
/** Quoted, and holds doubled quotation marks. */
export const ESCAPED = 2

/**
 * Finds the fields of one record at a time as offsets into the bytes: no copy, no string. Fields are without the blanks around
 * them and without their quotation marks (RFC 4180; a mark inside an unquoted field stands for itself).
 */
export class FieldScanner {
  fields = 0
  starts: Int32Array = new Int32Array(16)
  ends: Int32Array = new Int32Array(16)
  forms: Uint8Array = new Uint8Array(16)
  /** Offset behind the record and its end of line. */
  next = 0
  /** Lines that the record spans. */
  lines = 0
  /** Text follows a closing quotation mark. */
  misquoted = false
  readonly #delimiter: number
  readonly #runs: boolean

  /** `delimiter` is one character; a space stands for runs of blanks. */
  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0)
    this.#runs = delimiter === ' '
  }

  /** `bytes[to - 1]` must be the last byte of an end of line. False where a quoted field is still open at `to`. */
  read(bytes: Uint8Array, from: number, to: number): boolean {
    const delimiter = this.#delimiter
    const runs = this.#runs
    let at = from
    this.fields = 0
    this.lines = 1
    this.misquoted = false
    for (;;) {
      let byte = bytes[at]
      while (byte === SPACE || (byte === TAB && delimiter !== TAB)) byte = bytes[++at]
      if (byte === QUOTE) {
        at = this.#quoted(bytes, at, to)
        if (at < 0) return false
        byte = bytes[at]
        while (byte !== delimiter && byte !== LF && byte !== CR && !(runs && byte === TAB)) {
          if (byte !== SPACE && byte !== TAB) this.misquoted = true
          byte = bytes[++at]
        }
      } else {
        const start = at
        while (byte !== delimiter && byte !== LF && byte !== CR && !(runs && byte === TAB)) byte = bytes[++at]
        if (!(runs && start === at && this.fields > 0)) this.#trimmed(bytes, start, at, PLAIN)
      }
      if (byte === LF || byte === CR) {
        this.next = byte === CR && at + 1 < to && bytes[at + 1] === LF ? at + 2 : at + 1
        return true
      }
      at += 1
    }
  }

  /** `at` is the opening mark. The offset behind the closing one, or -1. */
  #quoted(bytes: Uint8Array, at: number, to: number): number {
    const start = at + 1
    let form = QUOTED
    for (let i = start; i < to; i += 1) {
      const byte = bytes[i]
      if (byte === QUOTE) {
        if (bytes[i + 1] !== QUOTE || i + 1 >= to) {
          this.#trimmed(bytes, start, i, form)
          return i + 1
        }
        form = ESCAPED
        i += 1
      } else if (byte === LF) this.lines += 1
      else if (byte === CR && bytes[i + 1] !== LF) this.lines += 1
    }
    return -1
  }

  #trimmed(bytes: Uint8Array, from: number, to: number, form: number): void {
    let start = from
    let end = to
    while (end > start && (bytes[end - 1] === SPACE || bytes[end - 1] === TAB)) end -= 1
    while (start < end && (bytes[start] === SPACE || bytes[start] === TAB)) start += 1
    const field = this.fields
    if (field === this.starts.length) this.#grow()
    this.starts[field] = start
    this.ends[field] = end
    this.forms[field] = form
    this.fields = field + 1
  }

  #grow(): void {
    const size = this.starts.length * 2
    const starts = new Int32Array(size)
    const ends = new Int32Array(size)
    const forms = new Uint8Array(size)
    starts.set(this.starts)
    ends.set(this.ends)
    forms.set(this.forms)
    this.starts = starts
    this.ends = ends
    this.forms = forms
  }
}
