import { PieceworkError } from '../contracts/errors.js'
import type { ByteSource } from './source.js'

/** One entry of the central directory of a zip. */
export interface ZipRecord {
  readonly path: string
  /** The path as it is encoded in the zip. */
  readonly name: Buffer
  readonly method: 0 | 8
  /** Inflated. */
  readonly size: number
  readonly sizeInZip: number
  readonly crc32: number
  /** Of the local header. */
  readonly start: number
  /** Where the next entry, or the directory, begins. */
  readonly end: number
}

export const localHeaderMark: Buffer = Buffer.from('PK\x03\x04', 'latin1')
/** Without name and extra fields. */
export const localHeaderBytes = 30

/** The data of one entry as it is in the zip, from one range read. Throws `archive-invalid`. */
export async function* recordData(source: ByteSource, record: ZipRecord): AsyncGenerator<Uint8Array> {
  const head = localHeaderBytes + record.name.length
  const most = record.start + head + 0xffff + record.sizeInZip
  let header: Buffer | undefined = Buffer.alloc(0)
  let skip = 0
  let left = record.sizeInZip
  for await (const chunk of source.read({ start: record.start, end: Math.min(record.end, most) })) {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    if (header) {
      header = Buffer.concat([header, bytes])
      if (header.length < head) continue
      skip = dataStart(header, record)
      bytes = header
      header = undefined
    }
    const skipped = Math.min(skip, bytes.length)
    skip -= skipped
    const data = bytes.subarray(skipped, skipped + left)
    left -= data.length
    if (data.length > 0) yield data
    if (skip === 0 && left === 0) return
  }
  if (header || skip > 0 || left > 0) throw invalidZip(`The data of entry "${record.path}" is not all there`)
}

/** Where the data begins behind the local header, which must agree with the directory. */
function dataStart(header: Buffer, record: ZipRecord): number {
  const nameEnd = localHeaderBytes + record.name.length
  const agrees =
    header.subarray(0, 4).equals(localHeaderMark) &&
    (header.readUInt16LE(6) & 1) === 0 &&
    header.readUInt16LE(8) === record.method &&
    header.readUInt16LE(26) === record.name.length &&
    header.subarray(localHeaderBytes, nameEnd).equals(record.name)
  if (!agrees) throw invalidZip(`The header of entry "${record.path}" differs from the zip's directory`)
  const start = nameEnd + header.readUInt16LE(28)
  if (record.start + start + record.sizeInZip > record.end)
    throw invalidZip(`Entry "${record.path}" overlaps what comes behind it`)
  return start
}

export function invalidZip(message: string, cause?: unknown): PieceworkError {
  return new PieceworkError('archive-invalid', message, { cause })
}
