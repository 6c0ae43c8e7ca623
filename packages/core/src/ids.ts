import { createHash } from 'node:crypto'
import type { Ids } from './contracts/ids.js'

/** Ids of one job. Old ids are hashed as the text that PostgreSQL prints for them. */
export function jobIds(jobId: string): Ids {
  const keys = new Map<string, Uint8Array>()
  const key = (table: string): Uint8Array => {
    let known = keys.get(table)
    if (!known) {
      known = Buffer.concat([prefixed(jobId), prefixed(table)])
      keys.set(table, known)
    }
    return known
  }
  return {
    key,
    idOf: (table, oldId) => {
      const bytes = createHash('sha256').update(key(table)).update(oldId, 'utf8').digest().subarray(0, 16)
      bytes[6] = bytes[8] = versionAndVariant
      return uuid(bytes.toString('hex'))
    },
  }
}

/** High bits 1000 and 10: version 8 in byte 6, the variant of RFC 9562 in byte 8. */
const versionAndVariant = 137

function prefixed(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

const uuid = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
