/** A record, or why it is none. */
export interface CsvRecord {
  /** On which it begins. */
  readonly line: number
  /** Nothing between two delimiters is null, `""` the empty text. */
  readonly cells: readonly (string | null)[]
  readonly fault?: CsvFault
}

interface CsvFault {
  readonly what: string
  readonly line: number
  /** Index of the cell. */
  readonly cell: number
}

/** Makes records of lines. A faulty one ends with its line, so that those behind it are read. */
export class RecordScanner {
  readonly #delimiter: string
  #cells: (string | null)[] = []
  #line = 0
  /** Of a quoted cell that has not ended. */
  #open: string[] | undefined
  #openedAt = 0
  #size = 0

  constructor(delimiter: string) {
    this.#delimiter = delimiter
  }

  /** Characters of a record that has not ended. */
  get size(): number {
    return this.#size
  }

  /** The record that ends with this line, without its line feed. */
  line(text: string, number: number): CsvRecord | undefined {
    if (!this.#open) this.#line = number
    let at = 0
    for (;;) {
      if (this.#open || text[at] === '"') {
        if (!this.#open) {
          this.#open = []
          this.#openedAt = number
          at++
        }
        const end = closingQuote(text, at)
        this.#open.push(text.slice(at, end === -1 ? undefined : end))
        if (end === -1) {
          this.#open.push('\n')
          this.#size += text.length - at + 1
          return undefined
        }
        this.#cells.push(this.#open.join('').replaceAll('""', '"'))
        this.#open = undefined
        at = end + 1
        if (isEnd(text, at)) return this.#take()
        if (text[at] !== this.#delimiter) return this.#take('there is text behind a closing quote', number)
      } else {
        const found = text.indexOf(this.#delimiter, at)
        const cell = text.slice(at, found === -1 ? endOf(text) : found)
        this.#cells.push(cell === '' ? null : cell)
        if (cell.includes('"')) return this.#take('there is a quote inside of a cell without quotes', number)
        if (cell.includes('\r')) return this.#take('there is a carriage return outside of quotes', number)
        if (found === -1) return this.#take()
        at = found
      }
      at++
    }
  }

  /** The record that the file ends inside of. */
  end(): CsvRecord | undefined {
    return this.#open && this.#take('a quote is opened and never closed', this.#openedAt, 1)
  }

  #take(what?: string, line = this.#line, unfinished = 0): CsvRecord {
    const cells = this.#cells
    this.#cells = []
    this.#open = undefined
    this.#size = 0
    const cell = cells.length - 1 + unfinished
    return { line: this.#line, cells, ...(what !== undefined && { fault: { what, line, cell } }) }
  }
}

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2))
    if (text[at + 1] !== '"') return at
  return -1
}

const endOf = (text: string): number => (text.endsWith('\r') ? text.length - 1 : text.length)
const isEnd = (text: string, at: number): boolean => at >= endOf(text)
