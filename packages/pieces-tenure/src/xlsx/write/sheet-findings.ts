import type { NewFinding } from '@piecework/core/piece'
import type { Spill } from '../spill.js'

/** Counts what is to be told of one sheet, by column. */
export class SheetFindings {
  readonly #sheet: string
  readonly #found = new Map<string, { finding: NewFinding; count: number }>()

  constructor(sheet: string) {
    this.#sheet = sheet
  }

  broken(column: string, row: number): void {
    this.#count('tenure/text-replaced', column, row, () => ({
      message: `Values of column ${JSON.stringify(column)} hold what no text may hold; each such character was replaced by U+FFFD.`,
    }))
  }

  long(column: string, row: number, { to, name }: Spill): void {
    this.#count('tenure/long-values', column, row, () => ({
      message: `Values of column ${JSON.stringify(column)} are longer than a cell of a spreadsheet can be; they are in ${to === 'sheet' ? `the sheet ${name}` : `${name}.csv`}.`,
    }))
  }

  split(sheets: number): void {
    this.#count('tenure/sheet-split', undefined, undefined, () => ({
      message: `The sheet ${this.#sheet} has more rows than a sheet can have; they go on in ${sheets - 1} more.`,
    }))
  }

  list(): readonly NewFinding[] {
    return [...this.#found.values()].map(({ finding, count }) => ({ ...finding, count }))
  }

  #count(
    code: string,
    column: string | undefined,
    line: number | undefined,
    details: () => Pick<NewFinding, 'message'>,
  ): void {
    const key = `${code} ${column}`
    const known = this.#found.get(key)
    if (known) known.count += 1
    else {
      const place = { ...(line !== undefined && { line }), ...(column !== undefined && { column }) }
      const finding: NewFinding = { severity: 'warning', code, file: this.#sheet, ...place, ...details() }
      this.#found.set(key, { finding, count: 1 })
    }
  }
}
