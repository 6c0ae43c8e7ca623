import type { Lease } from './attempts.js'
import type { Queryable } from './database.js'

/**
 * What nodes keep of the rows that they wrote, for the job's last step to compare with. Gone when the job is
 * terminal.
 */
export interface Summaries {
  /**
   * Commits with `tx`, the attempt's transaction; that of an attempt that does not commit is never seen.
   * Called once by an attempt.
   */
  add(lease: Lease, summary: string, tx: Queryable): Promise<void>
  /** Ids of the job's nodes that have one. */
  nodes(job: string): Promise<readonly string[]>
  /** With `tx`, as that transaction sees it. */
  get(job: string, node: string, tx?: Queryable): Promise<string | undefined>
}
