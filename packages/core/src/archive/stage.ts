import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { ArtifactStore } from '../contracts/artifacts.js'
import type { Entries } from '../contracts/entries.js'
import { PieceworkError } from '../contracts/errors.js'
import type { StagedEntry } from '../contracts/nodes.js'
import { defaultLimits, entryDefaults } from '../defaults.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import { objectCheck } from '../options/object-check.js'
import { type OptionChecks, required } from '../options/option-checks.js'
import { deflated } from './deflate.js'
import { entriesOf, entryFacts, namedEntry, wholeOnly } from './entries.js'
import { type ArchiveLimits, archiveLimitChecks, assertWithin } from './limits.js'
import { stagedBytes } from './staged-bytes.js'
import { TableScan } from './table-scan.js'

export interface StageEntry {
  readonly artifacts: ArtifactStore
  /** Where the deflated bytes go. */
  readonly key: string
  /** The entry's, relative to its node. */
  readonly path: string
  readonly bytes: AsyncIterable<Uint8Array>
  /** Asked when the bytes have ended. */
  readonly rows?: () => number
  /** Of a table: what its columns hold, in the order of its header. */
  readonly types?: readonly string[]
  /** What a reader allows; a table or an entry beyond it is refused while it is written. */
  readonly limits?: Partial<ArchiveLimits>
  /** The bytes as they are: they are compressed already. Not for tables. */
  readonly stored?: boolean
  /** zlib's, 0-9. Default 1: 11 % more bytes than 6 in less than half the time. */
  readonly level?: number
  readonly signal?: AbortSignal
}

const stageChecks: OptionChecks<StageEntry> = {
  artifacts: required(check.having<ArtifactStore>('an artifact store', 'put')),
  key: required(check.text),
  path: required(check.text),
  bytes: required(check.anything),
  rows: check.func(),
  types: check.list(check.text),
  limits: objectCheck(archiveLimitChecks),
  stored: check.flag,
  level: check.wholeNumber(0, 9),
  signal: check.signal,
}

/**
 * Deflates an entry into the artifact store, or stores it as it is; size, sha256, CRC-32 come from the same pass. With `rows`, a
 * table is looked at as a reader will. Throws `archive-limit` and `archive-invalid` for what no reader takes.
 */
export async function stageEntry(given: StageEntry): Promise<StagedEntry> {
  const entry = checkOptions('stageEntry()', given, stageChecks)
  const { artifacts, key, path, rows, types, stored, level = 1, signal } = entry
  if (stored && rows)
    throw new PieceworkError('options-invalid', `The table "${path}" cannot be stored as it is.`)
  const limits = { ...defaultLimits, ...entry.limits }
  const table = rows && path.endsWith('.csv') && new TableScan(limits.recordBytes)
  const hash = createHash('sha256')
  let size = 0
  let crc = 0
  const packed = stored ? observed : deflated
  const bytes = packed(table ? scanned(path, entry.bytes, table) : entry.bytes, level, (block) => {
    signal?.throwIfAborted()
    hash.update(block)
    crc = crc32(block, crc)
    size += block.length
    assertWithin(`The size of entry "${path}"`, size, limits.entryBytes)
  })
  let deflatedCrc32 = 0
  const seen = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      deflatedCrc32 = crc32(chunk, deflatedCrc32)
      yield chunk
    }
  }
  const deflatedSize = await artifacts.put(key, seen())
  const longest = table ? table.longestRecord : 0
  return {
    path,
    artifact: key,
    size,
    ...(stored && { stored }),
    deflatedSize,
    deflatedCrc32,
    sha256: hash.digest('hex'),
    crc32: crc,
    ...(rows && { rows: rows() }),
    ...(types && { types }),
    ...(longest > entryDefaults.recordBytes && { recordBytes: longest }),
  }
}

/** In the place of `deflated`. */
async function* observed(
  bytes: AsyncIterable<Uint8Array>,
  _level: number,
  seen: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    seen(chunk)
    yield chunk
  }
}

/** The same bytes; what is wrong with the table names the entry. */
async function* scanned(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  table: TableScan,
): AsyncGenerator<Uint8Array> {
  const look = (at: () => void): void => {
    try {
      at()
    } catch (error) {
      throw namedEntry(path, error)
    }
  }
  for await (const chunk of bytes) {
    look(() => table.over(chunk))
    yield chunk
  }
  look(() => table.end())
}

/** Reads staged entries back, as if they came from an archive. */
export function stagedEntries(artifacts: ArtifactStore, entries: readonly StagedEntry[]): Entries {
  return entriesOf(
    entries.map((staged) => ({
      path: staged.path,
      facts: entryFacts(staged),
      open: wholeOnly(staged.path, () => stagedBytes(artifacts, staged)),
    })),
  )
}
