import type { Job } from './jobs.js'

/**
 * What the sweep of any process asks for. Each method handles each job once, however many processes call it
 * at a time.
 */
export interface Limits {
  /**
   * Submits jobs that wait, while there is room for them: higher priority first, then one of each principal in
   * turn, of each the oldest. The same happens whenever a job becomes terminal, in that step; this finds what
   * was missed there.
   */
  admit(): Promise<readonly Job[]>
  /**
   * Stops jobs whose deadline has passed: the outcome is `failed`, with `timeout` if nothing had failed
   * before; nodes that wait are skipped, those that run learn of it.
   */
  expire(): Promise<readonly Job[]>
}
