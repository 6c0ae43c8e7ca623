import type { Database } from '../contracts/database.js'
import type { Environment } from '../contracts/environment.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Store } from '../contracts/store.js'
import { storeDefaults } from '../defaults.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import type { OptionChecks } from '../options/option-checks.js'
import { systemEnvironment } from '../system-environment.js'
import { memoryAttempts } from './attempts.js'
import { memoryCredentials } from './credentials.js'
import { memoryDrafts } from './drafts.js'
import { memoryGuard } from './guard.js'
import { memoryLimits } from './job-limits.js'
import { memoryJobs } from './jobs.js'
import { memoryKeys } from './keys.js'
import { memoryLinks } from './links.js'
import { memoryMeters } from './meters.js'
import { memoryMoments, sharesSnapshots } from './moments.js'
import { memoryPutFiles } from './put-files.js'
import { memoryRecords } from './records.js'
import { memoryReplacedValues } from './replaced-values.js'
import { memoryReports } from './reports.js'
import { memoryRetention } from './retention.js'
import { memoryRevocations } from './revocations.js'
import { MemoryState } from './state.js'
import { memoryStates } from './states.js'
import { memorySummaries } from './summaries.js'
import { memoryUploads } from './uploads.js'

export interface MemoryStoreOptions {
  /** Where the host's data is. Absent: pieces have no database, and asking for it is an error. */
  readonly database?: Database
  /** By name, for pieces whose rows are elsewhere (`database: 'geo'`). Default: none. */
  readonly databases?: Readonly<Record<string, Database>>
  /** Time after which an attempt that does not report is taken over. Default: `storeDefaults.leaseMs`. */
  readonly leaseMs?: number
  /** Default: the time of this process. */
  readonly environment?: Environment
}

const databaseCheck = check.having<Database>('a database', 'query', 'transaction')

const memoryStoreChecks: OptionChecks<MemoryStoreOptions> = {
  database: databaseCheck,
  databases: check.record(databaseCheck),
  leaseMs: check.count,
  environment: check.environment,
}

/** Keeps jobs in this process: they end with it. For tests and small hosts. */
export function memoryStore(given?: MemoryStoreOptions): Store {
  const options = checkOptions('memoryStore()', given, memoryStoreChecks)
  const {
    database = noDatabase,
    databases,
    leaseMs = storeDefaults.leaseMs,
    environment = systemEnvironment,
  } = options
  const state = new MemoryState(environment)
  return {
    jobs: memoryJobs(state),
    drafts: memoryDrafts(state, database),
    reports: memoryReports(state),
    attempts: memoryAttempts(state, { database, ...(databases && { databases }) }, leaseMs),
    keys: memoryKeys(state),
    summaries: memorySummaries(state),
    replacedValues: memoryReplacedValues(state),
    putFiles: memoryPutFiles(state),
    uploads: memoryUploads(state),
    states: memoryStates(state),
    outbox: {
      pending: async (limit) => [...state.outbox.values()].slice(0, limit),
      acknowledge: async (ids) => {
        for (const id of ids) state.outbox.delete(id)
      },
    },
    retention: memoryRetention(state),
    records: memoryRecords(state),
    limits: memoryLimits(state),
    credentials: memoryCredentials(state),
    links: memoryLinks(state),
    meters: memoryMeters(state),
    revocations: memoryRevocations(state),
    guard: memoryGuard(state),
    ...(sharesSnapshots(database) && { moments: memoryMoments(state, database) }),
    database,
    ...(databases && { databases }),
  }
}

function refuse(): never {
  throw new PieceworkError('unsupported', 'This Piecework was given no database.')
}

const noDatabase: Database = {
  query: async () => refuse(),
  transaction: (work) => work({ query: async () => refuse(), copyIn: async () => refuse(), copyOut: refuse }),
}
