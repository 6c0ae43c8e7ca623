import type { Transaction } from './database.js'
import type { NewFinding } from './finding.js'
import type { ResourceRef } from './resource.js'

export interface RemoveContext {
  /** Resources of the piece's kind that a job has made and that have to go, with their new ids. */
  readonly resources: readonly ResourceRef[]
  /** The kind's own table, whose rows the kind's shell removes afterwards. */
  readonly table: string
  /** Tables of the kinds above it. */
  readonly tablesAbove: readonly string[]
  /** The removal of all pieces and shells commits together. */
  readonly tx: Transaction
  /** Adds to the report of the job that has failed. */
  finding(finding: NewFinding): void
}

/**
 * Deletes the rows that the piece, or a trigger that it fired, has written for resources that never became
 * visible. Later pieces are removed before those that they come `after`, all pieces before the shells.
 */
export interface PieceRemover {
  remove(context: RemoveContext): Promise<void>
}
