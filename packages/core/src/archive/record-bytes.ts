import { inflated } from './inflated.js'
import type { ByteSource } from './source.js'
import { verifyBytes } from './verify-bytes.js'
import { recordData, type ZipRecord } from './zip-record.js'

/**
 * Inflated bytes of one entry of a zip. Throws `archive-invalid` if it is broken, `archive-checksum` if its
 * bytes differ.
 */
export function recordBytes(
  source: ByteSource,
  record: ZipRecord,
  /** Known if a manifest lists the entry. */
  { sha256 }: { readonly sha256?: string } = {},
): AsyncIterable<Uint8Array> {
  const { path, size, sizeInZip, crc32 } = record
  const data = recordData(source, record)
  const bytes = record.method === 8 ? inflated(path, data, { deflatedSize: sizeInZip, size }) : data
  return verifyBytes(path, bytes, { size, crc32, ...(sha256 !== undefined && { sha256 }) })
}
