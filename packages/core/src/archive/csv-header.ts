import { PieceworkError } from '../contracts/errors.js'
import { entryDefaults } from '../defaults.js'
import { assertUtf8 } from './csv-scan.js'

const quote = 0x22
const newline = 0x0a

/** Takes the header record from the beginning of a CSV file. Throws `archive-invalid` if it is none. */
export class HeaderScan {
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #quotes = 0

  /** The header, and what is behind it in this chunk; undefined if it does not end here. */
  over(chunk: Buffer): { readonly header: string; readonly rest: Buffer } | undefined {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    const bytes = this.#bytes
    for (; this.#at < bytes.length; this.#at++) {
      if (bytes[this.#at] === quote) this.#quotes++
      if (bytes[this.#at] !== newline || this.#quotes % 2 === 1) continue
      const header = bytes.subarray(0, this.#at + 1)
      assertSoundHeader(header)
      return { header: header.toString('utf8'), rest: bytes.subarray(this.#at + 1) }
    }
    if (bytes.length > entryDefaults.headerBytes)
      throw new PieceworkError(
        'archive-invalid',
        `The header record is longer than ${entryDefaults.headerBytes} bytes`,
      )
    return undefined
  }
}

function assertSoundHeader(header: Buffer): void {
  const fields = header.toString('latin1').match(/("(?:[^"]|"")*"|[^",\r\n]*)(?:,|\n$)/gy)
  const sound = fields?.join('').length === header.length && !header.includes(0)
  if (!sound) throw new PieceworkError('archive-invalid', 'The header record is not CSV as COPY writes it')
  assertUtf8(header, 0)
}
