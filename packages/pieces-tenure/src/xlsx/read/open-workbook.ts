import { openZip, type ZipLabels } from '@piecework/core/archive'
import { type Entries, PieceworkError } from '@piecework/core/piece'
import { sheetNameKey } from '../sheet-names.js'
import type { Spill } from '../spill.js'
import { dateStyles } from './date-styles.js'
import { openTable } from './open-table.js'
import { type ReadLimits, readLimits } from './read-limits.js'
import { sharedStrings } from './shared-strings.js'
import type { TableToRead } from './table-to-read.js'
import { assertAtMost, type CellPlace, workbookInvalid } from './workbook-error.js'
import { type SheetPart, workbookParts } from './workbook-parts.js'

export interface ReadWorkbookOptions {
  /** What messages call it. Default: its path. */
  readonly file?: string
  /** Undoes what `guard` did to a text. */
  readonly unguard?: (text: string) => string
  /** Where columns' long values went, by sheet and column. */
  readonly spills?: Readonly<Record<string, Readonly<Record<string, Spill>>>>
  /** The CSV files beside the workbook; undefined for one that is not there. */
  readonly beside?: (name: string) => AsyncIterable<Uint8Array> | undefined
  readonly limits?: Partial<ReadLimits>
  readonly signal?: AbortSignal
}

export interface WorkbookToRead {
  /** Names of all sheets. */
  readonly sheets: readonly string[]
  /** Undefined if there is no such sheet; case does not matter. */
  table(name: string): Promise<TableToRead | undefined>
}

/**
 * Opens an Excel workbook (.xlsx) of this package or of a spreadsheet program. Its first row with values names the columns.
 * Throws `tenure/workbook-invalid` and `tenure/workbook-limit`, which name the file, the sheet and the cell.
 */
export async function openWorkbook(
  entries: Entries,
  path: string,
  options: ReadWorkbookOptions = {},
): Promise<WorkbookToRead> {
  const { file = path, unguard = (text) => text, signal } = options
  const limits = { ...readLimits, ...options.limits }
  const place = { file }
  const files = await openZip(entries, path, limits.files, labels(place))
  const total = files.reduce((sum, { size }) => sum + size, 0)
  assertAtMost('The size of its parts', total, limits.totalBytes, place)
  const size = Math.max(1, entries.facts(path)?.size ?? 0)
  if (total > limits.ratioFreeBytes)
    assertAtMost('The compression ratio', Math.ceil(total / size), limits.ratio, place)
  const context = { place, limits, signal }
  const parts = await workbookParts(files, context)
  const strings = await sharedStrings(parts.sharedStrings, context)
  const dates = await dateStyles(parts.styles, context)
  const cells = { ...context, strings, dateStyles: dates, unguard }
  const reading = { ...options, cells, sheets: byName(parts.sheets, place) }
  return {
    sheets: parts.sheets.map(({ name }) => name),
    table: (name) => openTable(name, reading),
  }
}

const labels = (place: CellPlace): ZipLabels => ({
  what: `the workbook ${place.file}`,
  subject: `The workbook ${place.file}`,
  problem: (problem, message, cause) =>
    problem === 'too-large'
      ? new PieceworkError('tenure/workbook-limit', message, { cause, facts: { ...place } })
      : workbookInvalid(message, place, cause),
})

function byName(sheets: readonly SheetPart[], place: CellPlace): ReadonlyMap<string, SheetPart> {
  const found = new Map(sheets.map((sheet) => [sheetNameKey(sheet.name), sheet]))
  if (found.size < sheets.length) throw workbookInvalid('two sheets have the same name', place)
  return found
}
