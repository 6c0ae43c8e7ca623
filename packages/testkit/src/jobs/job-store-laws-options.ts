import { check, type OptionChecks, required, type Store } from '@piecework/core/store'

export interface JobStoreLawsOptions {
  /** A store whose leases last `leaseMs`. The laws make jobs and resources of their own, so its database may be shared. */
  make(options: { readonly leaseMs: number }): Store | Promise<Store>
  /** The store's transactions run SQL on PostgreSQL: the laws about rows are run too, in a table that they make and drop. */
  readonly sql?: boolean
}

export const jobStoreLawChecks: OptionChecks<JobStoreLawsOptions> = {
  make: required(check.func()),
  sql: check.flag,
}
