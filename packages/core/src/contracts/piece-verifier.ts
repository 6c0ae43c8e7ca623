import type { Transaction } from './database.js'
import type { NewFinding } from './finding.js'
import type { NodePart } from './parts.js'
import type { ResourceRef } from './resource.js'

/** The rows that an importer or cloner has written for one new resource, and whether they stay as they were. */
export interface VerifyContext {
  /** The new one. */
  readonly resource: ResourceRef
  /** What of it was written. Absent: all. */
  readonly part?: NodePart
  readonly tx: Transaction
}

/**
 * Finds what became of a piece's rows after it had written them: triggers of other tables may have changed
 * them.
 */
export interface PieceVerifier {
  /**
   * Called in the transaction of the import or clone, after it; of each part for its own rows. Undefined if nothing can
   * change them; then `compare` is not called. A text whose size does not grow with the rows.
   */
  summarize(context: VerifyContext): Promise<string | undefined>
  /**
   * Called by the last step of a job whose pieces have all succeeded, after `shell.ready`, in the same
   * transaction. Tells what was changed or added by findings; throws `counts-differ` if rows are gone.
   */
  compare(
    summary: string,
    context: VerifyContext & {
      /** Adds to the job's report. */
      finding(finding: NewFinding): void
    },
  ): Promise<void>
}
