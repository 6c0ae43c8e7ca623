import type { Lease } from './attempts.js'
import type { Queryable } from './database.js'

/** New keys of adjacent rows: the old keys from `oldFrom` on become those from `newFrom` on. */
export interface KeyRange {
  readonly oldFrom: bigint
  readonly newFrom: bigint
  /** Number of keys, from 1. */
  readonly length: number
}

export interface KeyRangePage {
  /** Only ranges whose `oldFrom` is greater. */
  readonly after?: bigint
  readonly limit: number
}

/**
 * Numbers that a job has taken from the host's sequences for its new rows. They are gone when the job is
 * terminal. `tx` is a transaction of the database that the attempt writes in: there, too, all are seen that were
 * committed, in whichever database, before the first shell is made.
 */
export interface Keys {
  /**
   * Adds ranges of a table, by the name under which its keys are remapped. They commit with `tx`, the
   * attempt's transaction; those of an attempt that does not commit are never seen. False, and the attempt
   * must fail, if an old key of them lies in two ranges of the table.
   */
  add(lease: Lease, table: string, ranges: readonly KeyRange[], tx: Queryable): Promise<boolean>
  /** In order of `oldFrom`. With `tx`, as that transaction sees it. */
  ranges(job: string, table: string, page: KeyRangePage, tx?: Queryable): Promise<readonly KeyRange[]>
  /**
   * SQL of a relation (`old_from`, `new_from`, `length`: bigint) with the same ranges, which every transaction of a
   * piece can read, in whichever database, and which finds one by `old_from` without reading the others. Absent: they are not in the database.
   */
  relation?(job: string, table: string): string
}
