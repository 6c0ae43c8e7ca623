import { check, type OptionChecks, required, type Store, type Transaction } from '@piecework/core/store'

export interface MomentLawsOptions {
  /**
   * Two processes on one store that has moments, and that has its data in a database where a number stands. Each can
   * read in two transactions at once.
   */
  make(): readonly [Store, Store] | Promise<readonly [Store, Store]>
  /** Adds one to the number. */
  write(store: Store): Promise<void>
  /** The number that a transaction sees. */
  read(tx: Transaction): Promise<number>
}

export const momentLawChecks: OptionChecks<MomentLawsOptions> = {
  make: required(check.func()),
  write: required(check.func()),
  read: required(check.func()),
}
