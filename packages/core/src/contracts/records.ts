import type { Action } from './action.js'
import type { Queryable } from './database.js'
import type { ErrorCode } from './errors.js'
import type { ResourceRef } from './resource.js'

/**
 * `allowed`: it was about to be done; of a download, nothing is known of its end. `done`: all bytes of a download went
 * out. `refused`: by the access policy. `failed`: for another reason, which is the code.
 */
export type RecordOutcome = 'allowed' | 'done' | 'refused' | 'failed'

/** One request or download. No names, options, tokens or addresses of the network. */
export interface NewRecordEntry {
  /** Id of the principal. */
  readonly principal: string
  readonly action: Action
  readonly outcome: RecordOutcome
  readonly resource?: ResourceRef
  /** Id of the job that was made, or that it was about. */
  readonly job?: string
  /** For whom it was, as the host has said; until that is erased. */
  readonly recipient?: string
  readonly code?: ErrorCode
  /** Id of the scoped token that was issued, or by which it was asked. */
  readonly token?: string
  /** That went out. */
  readonly bytes?: number
}

export interface RecordEntry extends NewRecordEntry {
  readonly id: string
  readonly at: Date
  /** How often, if more than once: of what was refused or failed, most of one principal in a minute become one. */
  readonly times?: number
}

export interface RecordFilter {
  readonly resource?: ResourceRef
  /** Id of the principal. */
  readonly principal?: string
  /** Not before. */
  readonly from?: Date
  /** Before. */
  readonly to?: Date
  /** Those older than the entry of this id. */
  readonly after?: string
  /** Default: `storeDefaults.listedRecords`. */
  readonly limit?: number
}

/** Who has asked for what, and was given what. Each method is one atomic step. */
export interface Records {
  /**
   * Resolves to its id. Of one principal, `storeDefaults.refusedPerMinute` entries that were refused or failed are
   * added in a minute, about; further ones count as the last of them.
   */
  add(entry: NewRecordEntry, tx?: Queryable): Promise<string>
  /** What came of it. */
  end(id: string, end: Pick<NewRecordEntry, 'outcome' | 'bytes' | 'code'>): Promise<void>
  /** Newest first. */
  list(filter: RecordFilter): Promise<readonly RecordEntry[]>
  /** Deletes up to `limit` that are older; resolves to how many. */
  sweep(before: Date, limit: number): Promise<number>
  /** Forgets the address in all entries; resolves to how many had it. */
  eraseRecipient(recipient: string): Promise<number>
}
