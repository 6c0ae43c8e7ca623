import type { CsvRow } from '../contracts/entries.js'
import { PieceworkError } from '../contracts/errors.js'
import { chunkDefaults, entryDefaults } from '../defaults.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import { pause } from '../system-environment.js'
import { HeaderScan } from './csv-header.js'
import { csvHeader, csvRecords } from './csv-record.js'
import { assertUtf8, CsvScan } from './csv-scan.js'

export interface CsvOptions {
  /** Longest record, in bytes. Default: `entryDefaults.recordBytes`. */
  readonly maxRecordBytes?: number
}

/** A CSV file as COPY writes it: header first, NULL empty, '' quoted, records that end in a newline. */
export interface Csv {
  readonly columns: readonly string[]
  /**
   * Data records, to be read once. Each chunk (of at least 64 KB but for the last) ends at the end of a
   * record.
   */
  readonly records: AsyncIterable<Uint8Array>
  /** Data records yielded so far. */
  rows(): number
  /** Ends the source. */
  close(): Promise<void>
}

/** Throws `archive-invalid`, naming the record, if COPY would refuse the file or read something else. */
export async function openCsv(source: AsyncIterable<Uint8Array>, given?: CsvOptions): Promise<Csv> {
  const options = checkOptions('openCsv()', given, { maxRecordBytes: check.size })
  const slices = inSlices(source)
  const close = async (): Promise<void> => {
    await slices.return()
  }
  try {
    const { header, rest } = await readHeader(slices)
    const columns = csvHeader(header)
    const maxRecordBytes = options.maxRecordBytes ?? entryDefaults.recordBytes
    let rows = 0
    const records = wholeRecords(slices, rest, columns.length, maxRecordBytes, (count) => {
      rows = count
    })
    return { columns, records, rows: () => rows, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Records by column name, in batches of at most about 64 KB, 10,000 rows and 20,000 fields, with pauses in between. */
export async function* csvRows(
  source: AsyncIterable<Uint8Array>,
  options?: CsvOptions,
): AsyncGenerator<readonly CsvRow[]> {
  const csv = await openCsv(source, options)
  const batchRows = Math.ceil(
    Math.min(entryDefaults.batchRows, entryDefaults.batchFields / csv.columns.length),
  )
  try {
    for await (const chunk of csv.records) {
      const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('utf8')
      const records = csvRecords(text)
      for (let start = 0; start < records.length; start += batchRows) {
        yield records.slice(start, start + batchRows).map((fields) => rowOf(csv.columns, fields))
        // What is in memory already would be read without end, and a chunk may hold as many fields as bytes.
        await pause()
      }
    }
  } finally {
    await csv.close()
  }
}

function rowOf(columns: readonly string[], fields: readonly (string | null)[]): CsvRow {
  const row: Record<string, string | null> = {}
  for (let index = 0; index < columns.length; index++) {
    const name = columns[index] as string
    const value = fields[index] ?? null
    // An assignment would set the prototype.
    if (name === '__proto__') Object.defineProperty(row, name, { value, ...ordinary })
    else row[name] = value
  }
  return row
}

const ordinary = { enumerable: true, writable: true, configurable: true } as const

async function* inSlices(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of source)
    for (let start = 0; start < chunk.length; start += chunkDefaults.csvBytes)
      yield Buffer.from(
        chunk.buffer,
        chunk.byteOffset + start,
        Math.min(chunkDefaults.csvBytes, chunk.length - start),
      )
}

async function readHeader(
  slices: AsyncGenerator<Buffer, void, undefined>,
): Promise<{ readonly header: string; readonly rest: Buffer }> {
  const scan = new HeaderScan()
  for (;;) {
    const next = await slices.next()
    if (next.done) throw new PieceworkError('archive-invalid', 'The header record is missing or does not end')
    const found = scan.over(next.value)
    if (found) return found
  }
}

async function* wholeRecords(
  slices: AsyncIterable<Buffer>,
  rest: Buffer,
  columns: number,
  maxRecordBytes: number,
  count: (records: number) => void,
): AsyncGenerator<Uint8Array> {
  const scan = new CsvScan(columns)
  let whole: Buffer[] = []
  let wholeBytes = 0
  let partial: Buffer[] = []
  let partialBytes = 0

  const take = (slice: Buffer): void => {
    const end = scan.over(slice)
    if (end > 0) {
      whole.push(...partial, slice.subarray(0, end))
      wholeBytes += partialBytes + end
      partial = []
      partialBytes = 0
    }
    if (end < slice.length) partial.push(slice.subarray(end))
    partialBytes += slice.length - end
    if (partialBytes > maxRecordBytes)
      throw new PieceworkError(
        'archive-invalid',
        `Record ${scan.records + 2} is longer than ${maxRecordBytes} bytes`,
        { facts: { record: scan.records + 2 } },
      )
  }

  const give = (): Buffer => {
    const chunk = whole.length === 1 ? (whole[0] as Buffer) : Buffer.concat(whole)
    assertUtf8(chunk, scan.records)
    whole = []
    wholeBytes = 0
    count(scan.records)
    return chunk
  }

  take(rest)
  for await (const slice of slices) {
    take(slice)
    if (wholeBytes >= chunkDefaults.csvBytes) yield give()
  }
  if (scan.end()) {
    whole.push(...partial, Buffer.from('\n'))
    wholeBytes += partialBytes + 1
  }
  if (wholeBytes > 0) yield give()
}
