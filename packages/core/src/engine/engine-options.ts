import { check } from '../options/check.js'
import type { OptionChecks } from '../options/option-checks.js'

export interface EngineOptions {
  /** Attempts at one node, where errors are worth another. Default 3. */
  readonly maxAttempts?: number
  /** Wait before the second attempt; doubles each time, up to a minute. Default 500 ms. */
  readonly backoffMs?: number
  /** The longest time of one attempt at a piece; then the piece fails with `timeout`. Default: none. */
  readonly nodeTimeoutMs?: number
  /** How long an attempt may go on after it was told to end, before it is given up. Default 5 s. */
  readonly graceMs?: number
  /** How often an attempt prolongs its lease, stores its progress and learns of a cancel from elsewhere. Default 500 ms. */
  readonly heartbeatMs?: number
  /** How often outbox and attempts are looked through for what a crash left. Default 2 s. */
  readonly sweepMs?: number
  /** Tasks that have waited this long without being begun are submitted again: a queue may have lost them. Default 60 s. */
  readonly resubmitAfterMs?: number
  /** How long a prepared import may wait for its next upload, or for being run, before it is removed. Default 7 days. */
  readonly draftTtlMs?: number
  /** How long archives are kept; downloads and imports of one are then refused with `expired`. Default 7 days. */
  readonly archiveTtlMs?: number
  /**
   * How long a failed or cancelled job keeps what a retry begins with: an export's finished entries, and the uploads of an import with `keepUploads`. Default 1 day, for
   * people look the next morning, and such bytes may be many; 0 keeps nothing.
   */
  readonly retryTtlMs?: number
  /** How often the whole artifact store is looked through for bytes that belong to nobody, by one process of all. Default 1 hour. */
  readonly orphanSweepMs?: number
}

export const engineChecks: OptionChecks<EngineOptions> = {
  maxAttempts: check.count,
  backoffMs: check.wait,
  nodeTimeoutMs: check.count,
  graceMs: check.wait,
  heartbeatMs: check.count,
  sweepMs: check.count,
  resubmitAfterMs: check.duration,
  draftTtlMs: check.duration,
  archiveTtlMs: check.duration,
  retryTtlMs: check.duration,
  orphanSweepMs: check.duration,
}
