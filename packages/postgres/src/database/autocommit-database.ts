import {
  type Database,
  databaseError,
  type Transaction,
  type TransactionOptions,
} from '@piecework/core/store'
import type { ConnectionSource } from './connection.js'
import { ConnectionDatabase } from './connection-database.js'
import { topLevel } from './transaction-scope.js'

/** A pool of connections to a server. */
export class AutocommitDatabase extends ConnectionDatabase {
  /** The most connections that it may have at once; undefined if that is not known. */
  readonly connections: number | undefined
  readonly #source: ConnectionSource
  readonly #settings: Readonly<Record<string, string>>

  constructor(
    source: ConnectionSource,
    settings: Readonly<Record<string, string>>,
    connections: number | undefined,
  ) {
    super(source, () => topLevel(settings))
    this.#source = source
    this.#settings = settings
    this.connections = connections
  }

  /**
   * A read-only transaction that sees what another one sees, by the name under which that has exported its snapshot.
   * Refused as PostgreSQL refuses it, before `work` begins, if the other one has ended.
   */
  snapshotTransaction<T>(
    snapshot: string,
    work: (tx: Transaction) => Promise<T>,
    { signal }: Pick<TransactionOptions, 'signal'> = {},
  ): Promise<T> {
    const scope = topLevel(this.#settings, snapshot)
    return this.within(scope, work, { readOnly: true, ...(signal && { signal }) })
  }

  /**
   * One statement as one message, with the settings that the connection has: for statements whose effect and
   * result do not depend on settings.
   */
  async autocommit<Row extends object>(sql: string, values: readonly unknown[]) {
    const held = await this.#source.acquire().catch(refused)
    try {
      const { rows, rowCount } = await held.connection.query(sql, values)
      return { rows: rows as Row[], rowCount }
    } catch (error) {
      return refused(error)
    } finally {
      held.release(held.lost())
    }
  }
}

/** By what it can do: it may have been made by another copy of this package. */
export function autocommits(
  database: Database,
): database is Database & Pick<AutocommitDatabase, 'autocommit'> {
  return 'autocommit' in database
}

/** A pool whose transactions can see what others see; by what it can do, as above. */
export function sharesSnapshots(
  database: Database,
): database is Database & Pick<AutocommitDatabase, 'snapshotTransaction' | 'connections'> {
  return 'snapshotTransaction' in database
}

function refused(error: unknown): never {
  throw databaseError(error)
}
