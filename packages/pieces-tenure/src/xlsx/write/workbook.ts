import { type FileToZip, type NewFinding, PieceworkError, zipFiles } from '@piecework/core/piece'
import { escapeCellText, wellFormed } from '../cell-text.js'
import { assertSheetName, sheetNameKey, sheetNameOf } from '../sheet-names.js'
import { sheetColumns, type WorkbookLimits, workbookLimits } from '../workbook-limits.js'
import {
  contentTypesXml,
  rootRelationsXml,
  sheetPath,
  stylesXml,
  workbookRelationsXml,
  workbookXml,
} from './part-xml.js'
import { RowCursor } from './row-cursor.js'
import { SheetFindings } from './sheet-findings.js'
import type { SheetToWrite } from './sheet-to-write.js'
import { sheetXml } from './sheet-xml.js'
import { Spills } from './spills.js'

export interface WorkbookOptions {
  /** Called when a sheet has been written: values that stand elsewhere, characters that were replaced, further sheets. */
  readonly onFinding: (finding: NewFinding) => void
  /** Given each text of a `text` column and each name of a column; what it returns stands in the cell. */
  readonly guard?: (text: string) => string
  readonly limits?: Partial<WorkbookLimits>
  readonly signal?: AbortSignal
}

export type SheetsToWrite = Iterable<SheetToWrite> | AsyncIterable<SheetToWrite>

/**
 * An Excel workbook of tables, which is made while it is read. Columns may spill to sheets, but not to CSV files, for which
 * `workbookFiles` is there. Throws `options-invalid` for names that spreadsheets refuse, `tenure/cell-too-long`.
 */
export async function* workbook(sheets: SheetsToWrite, options: WorkbookOptions): AsyncGenerator<Uint8Array> {
  const spills = new Spills()
  try {
    yield* workbookBytes(sheets, options, spills, 'sheet')
  } finally {
    await spills.close()
  }
}

/**
 * The same as a file of that name and, behind it, a CSV file for each spill that was needed. Each is to be read to its end before
 * the next is asked for, as `zip()` of an output does.
 */
export async function* workbookFiles(
  name: string,
  sheets: SheetsToWrite,
  options: WorkbookOptions,
): AsyncGenerator<FileToZip> {
  const spills = new Spills()
  try {
    yield { name, open: () => workbookBytes(sheets, options, spills, 'csv') }
    for (const table of spills.filled('csv'))
      yield { name: `${table.spill.name}.csv`, open: () => table.csv() }
  } finally {
    await spills.close()
  }
}

function workbookBytes(
  sheets: SheetsToWrite,
  { signal, ...options }: WorkbookOptions,
  spills: Spills,
  most: 'sheet' | 'csv',
): AsyncGenerator<Uint8Array> {
  return zipFiles(new WorkbookParts(options, spills, most === 'csv').files(sheets), {
    ...(signal && { signal }),
  })
}

class WorkbookParts {
  readonly #options: WorkbookOptions
  readonly #limits: WorkbookLimits
  readonly #spills: Spills
  readonly #takesCsv: boolean
  readonly #names: string[] = []
  readonly #taken = new Set<string>()

  constructor(options: WorkbookOptions, spills: Spills, takesCsv: boolean) {
    this.#options = options
    this.#limits = { ...workbookLimits, ...options.limits }
    this.#spills = spills
    this.#takesCsv = takesCsv
  }

  async *files(sheets: SheetsToWrite): AsyncGenerator<FileToZip> {
    // Its place at the front tells programs what the zip is.
    yield part('_rels/.rels', rootRelationsXml)
    yield part('xl/styles.xml', stylesXml)
    for await (const sheet of sheets) {
      this.#assertSheet(sheet)
      this.#spills.open(sheet)
      yield* this.#sheetFiles(sheet)
    }
    for (const table of this.#spills.filled('sheet')) {
      const sheet = table.asSheet()
      this.#assertSheet(sheet)
      yield* this.#sheetFiles(sheet)
    }
    if (this.#names.length === 0)
      throw new PieceworkError('options-invalid', 'A workbook needs at least one sheet')
    yield part('xl/workbook.xml', workbookXml(this.#names))
    yield part('xl/_rels/workbook.xml.rels', workbookRelationsXml(this.#names.length))
    yield part('[Content_Types].xml', contentTypesXml(this.#names.length))
  }

  async *#sheetFiles({ name, columns, rows }: SheetToWrite): AsyncGenerator<FileToZip> {
    const findings = new SheetFindings(name)
    const { guard = (text) => text, onFinding } = this.#options
    const { cellCharacters, sheetRows } = this.#limits
    const context = { sheet: name, columns, cellCharacters, guard, findings, spills: this.#spills }
    const cursor = new RowCursor(rows)
    let number = 0
    try {
      do {
        this.#names.push(this.#free(sheetNameOf(name, ++number)))
        const path = `xl/${sheetPath(this.#names.length)}`
        yield { name: path, open: () => sheetXml(cursor, sheetRows, context) }
      } while (await cursor.hasMore())
    } finally {
      await cursor.close()
    }
    if (number > 1) findings.split(number)
    for (const finding of findings.list()) onFinding(finding)
  }

  #assertSheet({ name, columns }: SheetToWrite): void {
    assertSheetName(name)
    const names = new Set(columns.map((column) => column.name))
    const isHeld = columns.every((column) => this.#holds(column.name))
    if (columns.length === 0 || columns.length > sheetColumns || names.size < columns.length || !isHeld)
      throw new PieceworkError(
        'options-invalid',
        `The sheet ${name} needs 1 to ${sheetColumns} columns with different names that fit a cell`,
      )
    if (!this.#takesCsv && columns.some(({ spill }) => spill?.to === 'csv'))
      throw new PieceworkError(
        'options-invalid',
        `A workbook alone has no place for the CSV files of sheet ${name}`,
      )
  }

  #free(name: string): string {
    if (this.#taken.has(sheetNameKey(name)))
      throw new PieceworkError('options-invalid', `Two sheets have the name ${name}`)
    this.#taken.add(sheetNameKey(name))
    return name
  }

  #holds(columnName: string): boolean {
    const { guard = (text) => text } = this.#options
    const cell = escapeCellText(guard(columnName))
    return (
      columnName !== '' && wellFormed(columnName) === columnName && cell.length <= this.#limits.cellCharacters
    )
  }
}

const part = (name: string, xml: string): FileToZip => ({
  name,
  open: async function* () {
    yield Buffer.from(xml)
  },
})
