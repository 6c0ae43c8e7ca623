import { PieceworkError } from '../contracts/errors.js'
import { check } from '../options/check.js'
import type { OptionChecks } from '../options/option-checks.js'

/** What an archive may cost. Beyond: `archive-limit`. Bytes unless stated otherwise. */
export interface ArchiveLimits {
  /** The zip itself. */
  readonly archiveBytes: number
  /** Number of entries. */
  readonly entries: number
  readonly manifestBytes: number
  /** One entry, inflated. */
  readonly entryBytes: number
  /** All entries together, inflated. */
  readonly totalBytes: number
  /**
   * Inflated to deflated of one entry; not checked up to `ratioFreeBytes` inflated. Tables reach 30, zeros
   * 1000.
   */
  readonly entryRatio: number
  /** The same of all entries together. */
  readonly totalRatio: number
  readonly ratioFreeBytes: number
  readonly pathLength: number
  /** One record of a table. A record is held in memory as a whole, as one string where it is validated. */
  readonly recordBytes: number
}

export const archiveLimitChecks: OptionChecks<Partial<ArchiveLimits>> = {
  archiveBytes: check.size,
  entries: check.size,
  manifestBytes: check.size,
  entryBytes: check.size,
  totalBytes: check.size,
  entryRatio: check.ratio,
  totalRatio: check.ratio,
  ratioFreeBytes: check.wholeNumber(0, Number.MAX_SAFE_INTEGER),
  pathLength: check.size,
  recordBytes: check.size,
}

/** Throws `archive-limit` if `value` is larger than `limit`. */
export function assertWithin(what: string, value: number, limit: number): void {
  if (value > limit)
    throw new PieceworkError('archive-limit', `${what} is ${value}; the limit is ${limit}`, {
      facts: { value, limit },
    })
}

/** Throws `archive-limit` if deflated bytes grow more than a table's do. */
export function assertRatio(
  what: string,
  sizes: { readonly inflated: number; readonly deflated: number },
  ratio: number,
  freeBytes: number,
): void {
  if (sizes.inflated <= freeBytes) return
  assertWithin(
    `The compression ratio of ${what}`,
    Math.ceil(sizes.inflated / Math.max(1, sizes.deflated)),
    ratio,
  )
}
