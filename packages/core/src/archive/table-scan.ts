import { isUtf8 } from 'node:buffer'
import { PieceworkError } from '../contracts/errors.js'
import { HeaderScan } from './csv-header.js'
import { csvHeader } from './csv-record.js'
import { CsvScan } from './csv-scan.js'

/** The most bytes of a character that may come in the next chunk. */
const longestRest = 3

/**
 * Looks at a table while it is written, chunk by chunk, and refuses what `openCsv` would refuse when it is
 * read.
 */
export class TableScan {
  readonly #maxRecordBytes: number
  readonly #header = new HeaderScan()
  #scan: CsvScan | undefined
  /** The last bytes so far: they may be the beginning of a character. */
  #rest: Buffer = Buffer.alloc(0)

  constructor(maxRecordBytes: number) {
    this.#maxRecordBytes = maxRecordBytes
  }

  /** Bytes of the longest record that has ended. */
  get longestRecord(): number {
    return this.#scan?.longestRecord ?? 0
  }

  over(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    if (this.#scan) {
      this.#records(this.#scan, bytes)
      return
    }
    const found = this.#header.over(bytes)
    if (!found) return
    this.#scan = new CsvScan(csvHeader(found.header).length)
    this.#records(this.#scan, found.rest)
  }

  /** The bytes have ended. */
  end(): void {
    if (!this.#scan)
      throw new PieceworkError('archive-invalid', 'The header record is missing or does not end')
    this.#scan.end()
    if (!isUtf8(this.#rest)) throw notUtf8()
  }

  #records(scan: CsvScan, bytes: Buffer): void {
    scan.over(bytes)
    const longest = Math.max(scan.longestRecord, scan.unfinishedBytes)
    if (longest > this.#maxRecordBytes)
      throw new PieceworkError(
        'archive-limit',
        `A record has ${longest} bytes or more; the limit is ${this.#maxRecordBytes}`,
        { facts: { limit: this.#maxRecordBytes } },
      )
    this.#assertUtf8(bytes)
  }

  #assertUtf8(bytes: Buffer): void {
    const joined = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes
    const end = joined.length - unfinished(joined)
    if (!isUtf8(joined.subarray(0, end))) throw notUtf8()
    this.#rest = Buffer.from(joined.subarray(end))
  }
}

/** Bytes at the end of which only the next chunk tells whether they are a character. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(longestRest, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return byte >= (back === 1 ? 0xc0 : back === 2 ? 0xe0 : 0xf0) ? back : 0
  }
  return 0
}

const notUtf8 = (): PieceworkError => new PieceworkError('archive-invalid', 'A record is not UTF-8')
