import type { Transaction } from './database.js'
import type { JobKind } from './jobs.js'
import type { Principal } from './principal.js'
import type { ResourceRef } from './resource.js'

/** What a transaction of a piece, or of shells, is for. */
export interface SessionContext {
  /** Id of the job. */
  readonly job: string
  /** `diff`: a resource is read for a comparison; no job is made. */
  readonly kind: JobKind | 'diff'
  readonly principal: Principal
  /** Absent where shells of the whole job are made, shown or removed. */
  readonly piece?: string
  /** Name of the database that the transaction is in. Absent: the store's. */
  readonly database?: string
  /** The resource of the node, as the job names it: the source of an export, a clone or an archive. */
  readonly resource?: ResourceRef
}

/**
 * Runs first in each transaction of a piece and of shells, for settings that the host's triggers and defaults
 * read: `SELECT set_config('app.user', $1, true)`. What it sets must end with the transaction, and must not be
 * a setting on which values or rows depend.
 */
export type SessionHook = (tx: Transaction, context: SessionContext) => Promise<void>
