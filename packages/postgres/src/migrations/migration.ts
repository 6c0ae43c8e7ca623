import type { Transaction } from '@piecework/core/store'

/** One step of a schema. */
export interface Migration {
  /** Unique among all that run on one database, never changed: `planning/0001-projects`. */
  readonly name: string
  up(tx: Transaction): Promise<void>
}
