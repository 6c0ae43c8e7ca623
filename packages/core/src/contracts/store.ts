import type { Attempts } from './attempts.js'
import type { Credentials } from './credentials.js'
import type { Database } from './database.js'
import type { Drafts } from './drafts.js'
import type { Guard } from './guard.js'
import type { Limits } from './job-limits.js'
import type { Jobs } from './jobs.js'
import type { Keys } from './keys.js'
import type { Links } from './links.js'
import type { Meters } from './meters.js'
import type { Moments } from './moments.js'
import type { Outbox } from './outbox.js'
import type { PutFiles } from './put-files.js'
import type { Records } from './records.js'
import type { ReplacedValues } from './replaced-values.js'
import type { Reports } from './reports.js'
import type { Retention } from './retention.js'
import type { Revocations } from './revocations.js'
import type { States } from './states.js'
import type { Summaries } from './summaries.js'
import type { Uploads } from './uploads.js'

/** Everything that one place keeps about jobs, so that it can change together. */
export interface Store {
  readonly jobs: Jobs
  readonly drafts: Drafts
  readonly reports: Reports
  readonly attempts: Attempts
  readonly keys: Keys
  readonly summaries: Summaries
  readonly replacedValues: ReplacedValues
  readonly putFiles: PutFiles
  readonly uploads: Uploads
  readonly states: States
  readonly outbox: Outbox
  readonly retention: Retention
  readonly records: Records
  readonly limits: Limits
  readonly credentials: Credentials
  readonly links: Links
  readonly meters: Meters
  readonly revocations: Revocations
  readonly guard: Guard
  /** Absent: each node of an export reads in a snapshot of its own. */
  readonly moments?: Moments
  /** Where the host's data is, for pieces that read. */
  readonly database: Database
  /** By name, for pieces whose rows are elsewhere. Absent: there are none. */
  readonly databases?: Readonly<Record<string, Database>>
}
