import { defaults } from '../defaults.js'
import { check } from '../options/check.js'
import type { OptionChecks } from '../options/option-checks.js'

/** The default of each is the one of the same name in `defaults`. */
export interface EngineOptions {
  /** Attempts at one node, when its error is `retryable`. */
  readonly maxAttempts?: number
  /** Wait before the second attempt, in ms; doubles each time, up to a minute. */
  readonly backoffMs?: number
  /**
   * The longest time of one attempt at a piece, in ms; then the piece fails with `timeout`. Default: none.
   */
  readonly nodeTimeoutMs?: number
  /** Attempts at one delivery, when its error is `retryable`; waits as before other attempts. */
  readonly deliveryAttempts?: number
  /** The longest time of one attempt at a delivery, in ms; then it fails with `timeout`. */
  readonly deliveryTimeoutMs?: number
  /** How long an attempt may go on after its signal was aborted before it is abandoned, in ms. */
  readonly graceMs?: number
  /**
   * How often an attempt prolongs its lease, stores its progress and learns of a cancel from elsewhere, in
   * ms.
   */
  readonly heartbeatMs?: number
  /** How often outbox and attempts are searched for what a crash has left, in ms. */
  readonly sweepMs?: number
  /**
   * Tasks that have waited this long without being started are submitted again, in ms: a queue may have lost
   * them.
   */
  readonly resubmitAfterMs?: number
  /** How long an import draft may wait for its next upload, or for being run, before it is removed, in ms. */
  readonly draftTtlMs?: number
  /** How long archives are kept, in ms; downloads and imports of one are then refused with `expired`. */
  readonly archiveTtlMs?: number
  /**
   * How long a failed or cancelled job keeps what a retry begins with, in ms: an export's finished entries,
   * and the uploads of an import with `keepUploads`; those of a draft for `draftTtlMs`, if that is longer. 0 keeps
   * nothing.
   */
  readonly retryTtlMs?: number
  /**
   * How often one of all processes searches the whole artifact store for bytes that belong to no job, and each of them
   * its temporary folder for what killed processes have left, in ms.
   */
  readonly orphanSweepMs?: number
  /** How long the record of requests and downloads is kept, in ms. */
  readonly recordTtlMs?: number
}

export const engineChecks: OptionChecks<EngineOptions> = {
  maxAttempts: check.count,
  backoffMs: check.wait,
  nodeTimeoutMs: check.count,
  deliveryAttempts: check.count,
  deliveryTimeoutMs: check.count,
  graceMs: check.wait,
  heartbeatMs: check.count,
  sweepMs: check.count,
  resubmitAfterMs: check.duration,
  draftTtlMs: check.duration,
  archiveTtlMs: check.duration,
  retryTtlMs: check.duration,
  orphanSweepMs: check.duration,
  recordTtlMs: check.duration,
}

export type EngineSettings = Required<Omit<EngineOptions, 'nodeTimeoutMs'>> &
  Pick<EngineOptions, 'nodeTimeoutMs'>

export function engineSettings(options: EngineOptions): EngineSettings {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(given) }
}
