import { textOfCell } from '../../cell-text.js'
import { mostRecordBytes } from '../../defaults.js'
import { fileProblem } from '../file-problem.js'
import type { Problem, RawRow, RawTable } from '../raw-table.js'
import { linesOf } from './lines.js'
import { type CsvRecord, RecordScanner } from './record-scanner.js'

/**
 * A CSV file as an export or a spreadsheet program has written it: delimited by commas, semicolons or tabs, with either end
 * of line. Throws `tenure/csv-invalid` for one without a header.
 */
export async function csvTable(file: string, open: () => AsyncIterable<Uint8Array>): Promise<RawTable> {
  const header = await headerOf(file, open())
  const columns = header.cells.map((cell) => String(cell ?? ''))
  return { file, line: header.line, columns, rows: () => dataRows(open(), columns) }
}

async function headerOf(file: string, bytes: AsyncIterable<Uint8Array>): Promise<RawRow> {
  for await (const [header] of rawRows(bytes, 1)) {
    if (header?.problem) throw fileProblem(header.problem, { file, line: header.line })
    if (header) return header
  }
  throw fileProblem({ code: 'tenure/csv-invalid', message: 'The file is empty: it has no header.' }, { file })
}

async function* dataRows(
  bytes: AsyncIterable<Uint8Array>,
  columns: readonly string[],
): AsyncGenerator<readonly RawRow[]> {
  let isHeaderRead = false
  for await (const batch of rawRows(bytes)) {
    const rows = isHeaderRead ? batch : batch.slice(1)
    isHeaderRead = true
    yield rows.map((row) => (row.problem?.column === undefined ? row : named(row, columns)))
  }
}

/** Until then the column of a problem is the number of a cell. */
function named({ problem, ...row }: RawRow, columns: readonly string[]): RawRow {
  const { column, ...rest } = problem as Problem
  const name = columns[Number(column)]
  return { ...row, problem: name === undefined ? rest : { ...rest, column: name } }
}

/** @param most rows that are wanted */
async function* rawRows(
  bytes: AsyncIterable<Uint8Array>,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly RawRow[]> {
  let scanner: RecordScanner | undefined
  let badLine: number | undefined
  let count = 0
  for await (const lines of linesOf(bytes, mostRecordBytes)) {
    const rows: RawRow[] = []
    for (const { number, text, isUtf8, isTooLong } of lines) {
      if (!scanner && text.trim() === '') continue
      scanner ??= new RecordScanner(delimiterOf(text))
      if (isTooLong || scanner.size > mostRecordBytes) {
        rows.push({ line: number, cells: [], problem: tooLong })
        yield rows
        return
      }
      if (!isUtf8) badLine ??= number
      const record = scanner.line(text, number)
      if (!record) continue
      const row = rowOf(record, badLine)
      if (row.problem || row.cells.some((cell) => cell !== null)) rows.push(row)
      badLine = undefined
      if (count + rows.length >= most) break
    }
    count += rows.length
    if (rows.length > 0) yield rows
    if (count >= most) return
  }
  const last = scanner?.end()
  if (last) yield [rowOf(last, badLine)]
}

const tooLong: Problem = {
  code: 'tenure/csv-limit',
  message: `The record is longer than ${mostRecordBytes} bytes; what is behind it was not read.`,
  hint: 'See whether a quote is opened here and not closed.',
}

function rowOf({ line, cells, fault }: CsvRecord, badLine: number | undefined): RawRow {
  if (badLine !== undefined)
    return {
      line: badLine,
      cells: [],
      problem: {
        code: 'tenure/not-utf8',
        message: 'The line is not UTF-8.',
        hint: 'Save the file as "CSV UTF-8".',
      },
    }
  if (fault) {
    const message = `The record is no CSV: ${fault.what}.`
    return {
      line: fault.line,
      cells: [],
      problem: { code: 'tenure/csv-invalid', message, column: String(fault.cell) },
    }
  }
  return { line, cells: cells.map((cell) => (cell === null ? null : textOfCell(cell))) }
}

/** The one that occurs most outside of quotes. */
function delimiterOf(header: string): string {
  const bare = header.replace(/"[^"]*"/g, '')
  const counts = [',', ';', '\t'].map((delimiter) => [delimiter, bare.split(delimiter).length] as const)
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0]
}
