import { hash } from 'node:crypto'
import type { Ids } from './contracts/ids.js'

/** Ids of one job. Old ids are hashed as the text that PostgreSQL prints for them. */
export function jobIds(jobId: string): Ids {
  const inputs = new Map<string, HashInput>()
  const inputOf = (table: string): HashInput => {
    let known = inputs.get(table)
    if (!known) {
      known = hashInput(Buffer.concat([prefixed(jobId), prefixed(table)]))
      inputs.set(table, known)
    }
    return known
  }
  return {
    key: (table) => inputOf(table).key,
    idOf: (table, oldId) => uuid(hash('sha256', inputOf(table).followedBy(oldId), 'hex')),
  }
}

interface HashInput {
  readonly key: Uint8Array
  /**
   * Overwritten by a later call: millions of ids are hashed, and a new buffer for each costs more than its
   * hash.
   */
  followedBy(text: string): Uint8Array
}

/** Of ids as they mostly are: uuids and integers. */
const usualLength = 36

function hashInput(key: Buffer): HashInput {
  const reused: Buffer[] = []
  return {
    key,
    followedBy: (text) => {
      const length = Buffer.byteLength(text)
      const bytes = reused[length] ?? Buffer.concat([key, Buffer.alloc(length)])
      if (length <= usualLength) reused[length] = bytes
      bytes.write(text, key.length, 'utf8')
      return bytes
    },
  }
}

/**
 * Bytes 6 and 8 of a UUIDv8 as we make it: 1000 is the version's four bits, 10 the variant's two of RFC 9562.
 */
const versionAndVariant = '89'

function prefixed(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** Of the first 16 bytes. */
const uuid = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${versionAndVariant}${hex.slice(14, 16)}-${versionAndVariant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`
