import type { Attempts } from './attempts.js'
import type { Database } from './database.js'
import type { Guard } from './guard.js'
import type { Jobs, Reports } from './jobs.js'
import type { Keeping } from './keeping.js'
import type { Limits } from './limits.js'
import type { Outbox } from './outbox.js'
import type { Preparations } from './preparations.js'

/** Everything that one place keeps about jobs, so that it can change together. */
export interface Store {
  readonly jobs: Jobs
  readonly preparations: Preparations
  readonly reports: Reports
  readonly attempts: Attempts
  readonly outbox: Outbox
  readonly keeping: Keeping
  readonly limits: Limits
  readonly guard: Guard
  /** Where the host's data is, for pieces that read. */
  readonly database: Database
}
