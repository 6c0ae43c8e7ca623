import type { Lease } from './attempts.js'
import type { Queryable } from './database.js'

/** A value that was taken where it should go, and what a job has written instead. */
export interface ReplacedValue {
  /** With its schema unless that is `public`. */
  readonly table: string
  readonly column: string
  /** As text. */
  readonly value: string
  /** Null: it was left empty. */
  readonly replacement: string | null
}

/** What one call has added. */
export interface ReplacedValuePage {
  readonly id: string
  readonly values: readonly ReplacedValue[]
}

/** What pieces have replaced. Kept as long as the job. */
export interface ReplacedValues {
  /** Commits with `tx`, the attempt's transaction; those of an attempt that does not commit are never seen. */
  add(lease: Lease, values: readonly ReplacedValue[], tx: Queryable): Promise<void>
  /** Of the first call, or of the next one `after` that page; undefined: there is none. */
  page(job: string, after?: string): Promise<ReplacedValuePage | undefined>
}
