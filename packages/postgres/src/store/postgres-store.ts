import { randomUUID } from 'node:crypto'
import {
  check,
  checkOptions,
  type Database,
  databaseOf,
  type Environment,
  type OptionChecks,
  required,
  type Store,
} from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { migrate } from '../migrations/migrate.js'
import { migrateBeside, refuseBeside } from './beside/beside-migrations.js'
import { processClock } from './clocks.js'
import { lazyReadTransaction } from './lazy-read-transaction.js'
import { postgresAttempts } from './postgres-attempts.js'
import { postgresCredentials } from './postgres-credentials.js'
import { postgresDrafts } from './postgres-drafts.js'
import { postgresGuard } from './postgres-guard.js'
import { postgresJobs } from './postgres-jobs.js'
import { postgresKeys } from './postgres-keys.js'
import { postgresLimits } from './postgres-limits.js'
import { postgresLinks } from './postgres-links.js'
import { postgresMeters } from './postgres-meters.js'
import { postgresMoments } from './postgres-moments.js'
import { postgresOutbox } from './postgres-outbox.js'
import { postgresPutFiles } from './postgres-put-files.js'
import { postgresRecords } from './postgres-records.js'
import { postgresReplacedValues } from './postgres-replaced-values.js'
import { postgresReports } from './postgres-reports.js'
import { postgresRetention } from './postgres-retention.js'
import { postgresRevocations } from './postgres-revocations.js'
import { postgresStates } from './postgres-states.js'
import { postgresSummaries } from './postgres-summaries.js'
import { postgresUploads } from './postgres-uploads.js'
import { storeMigrations } from './store-migrations.js'

export interface PostgresStoreOptions {
  /** Where the host's data is; the pieces' transactions take its connections. */
  readonly database: Database
  /**
   * Other databases, by name, for pieces whose rows are there (`database: 'geo'`). Each gets a few tables in a schema
   * `piecework`. Default: none.
   */
  readonly databases?: Readonly<Record<string, Database>>
  /**
   * The same database through a small pool of its own, for all other statements, so that heartbeats never
   * wait for data. Default: `database`.
   */
  readonly control?: Database
  /** How long a worker may be silent before others take its work over. Default 30 s. */
  readonly leaseMs?: number
  /**
   * How old the moment may become at which the nodes of an export read, before the export fails with `snapshot-lost`.
   * While it goes on, the server cannot remove rows that are dead since. Default: `defaults.snapshotAgeMs`.
   */
  readonly snapshotAgeMs?: number
  /** The clock of this process, for tests and simulations. Default: the system's. */
  readonly environment?: Environment
}

export interface PostgresStore extends Store {
  /**
   * Creates or updates the tables in schema `piecework`, in the other databases, too. Throws `postgres/migration-changed` and
   * `postgres/migration-unknown` as `migrate` does.
   */
  migrate(): Promise<void>
}

const databaseCheck = check.having<Database>('a database, as fromPg(pool) makes one', 'query', 'transaction')

const storeChecks: OptionChecks<PostgresStoreOptions> = {
  database: required(databaseCheck),
  databases: check.record(databaseCheck),
  control: databaseCheck,
  leaseMs: check.count,
  snapshotAgeMs: check.count,
  environment: check.environment,
}

const storeInstead = {
  pool: 'a pool is given as { database: fromPg(pool) }',
  knex: 'a knex is given as { database: fromKnex(knex) }',
  connectionString: 'a pool of pg is given as { database: fromPg(pool) }',
  schema: 'the tables of the store are in the schema piecework',
} as const

/** Jobs, attempts, outbox and guard in schema `piecework` of the database that holds the host's data. */
export function postgresStore(given: PostgresStoreOptions): PostgresStore {
  const options = checkOptions('postgresStore()', given, storeChecks, storeInstead)
  const {
    database,
    databases,
    control = database,
    leaseMs = defaults.leaseMs,
    snapshotAgeMs = defaults.snapshotAgeMs,
    environment: clock = processClock,
  } = options
  const embedded = 'embedded' in database
  const storeId = randomUUID()
  const moments = postgresMoments(database, control, { storeId, snapshotAgeMs, leaseMs })
  return {
    // The embedded database refuses queries from inside its own transaction, which it recognizes by their
    // async context.
    database: embedded ? database : lazyReadTransaction(database),
    jobs: postgresJobs(control),
    drafts: postgresDrafts(database, control, clock),
    reports: postgresReports(control),
    attempts: postgresAttempts({ database, ...(databases && { databases }) }, control, {
      storeId,
      embedded,
      leaseMs,
      clock,
    }),
    keys: postgresKeys(control),
    summaries: postgresSummaries(control),
    replacedValues: postgresReplacedValues(control),
    uploads: postgresUploads(control),
    putFiles: postgresPutFiles(control),
    states: postgresStates(control),
    outbox: postgresOutbox(control, clock),
    records: postgresRecords(control),
    retention: postgresRetention(control),
    limits: postgresLimits(control),
    credentials: postgresCredentials(control),
    links: postgresLinks(control),
    meters: postgresMeters(control),
    revocations: postgresRevocations(control),
    guard: postgresGuard(control),
    ...(moments && { moments }),
    ...(databases && { databases }),
    migrate: async () => {
      await refuseBeside(control)
      await migrate(control, storeMigrations)
      for (const name of Object.keys(databases ?? {}))
        await migrateBeside(name, databaseOf({ database, ...(databases && { databases }) }, name))
    },
  }
}
