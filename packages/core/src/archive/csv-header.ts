import { PieceworkError } from '../contracts/errors.js'
import { entryDefaults } from '../defaults.js'
import { assertUtf8, CsvScan } from './csv-scan.js'

const quote = 0x22
const newline = 0x0a

/** Takes the header record from the beginning of a CSV file. Throws `archive-invalid` if it is none. */
export class HeaderScan {
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #quotes = 0

  /** The header, and what is behind it in this chunk; undefined if it does not end here. */
  over(chunk: Buffer): { readonly header: string; readonly rest: Buffer } | undefined {
    const end = this.#endIn(chunk)
    this.#chunks.push(chunk.subarray(0, end))
    this.#bytes += end ?? chunk.length
    if (this.#bytes > entryDefaults.headerBytes)
      throw new PieceworkError(
        'archive-invalid',
        `The header record is longer than ${entryDefaults.headerBytes} bytes`,
      )
    if (end === undefined) return undefined
    const header = Buffer.concat(this.#chunks)
    assertSoundHeader(header)
    return { header: header.toString('utf8'), rest: chunk.subarray(end) }
  }

  /** Offset behind the newline that ends the header. */
  #endIn(chunk: Buffer): number | undefined {
    for (let at = 0; at < chunk.length; at++) {
      if (chunk[at] === quote) this.#quotes++
      else if (chunk[at] === newline && this.#quotes % 2 === 0) return at + 1
    }
    return undefined
  }
}

function assertSoundHeader(header: Buffer): void {
  try {
    new CsvScan().over(header)
  } catch (cause) {
    throw new PieceworkError('archive-invalid', 'The header record is not CSV as COPY writes it', { cause })
  }
  assertUtf8(header, 0)
}
