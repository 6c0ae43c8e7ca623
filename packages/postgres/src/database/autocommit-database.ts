import {
  type Database,
  databaseError,
  type Transaction,
  type TransactionOptions,
} from '@piecework/core/store'
import type { ConnectionSource, StatementResult } from './connection.js'
import { ConnectionDatabase } from './connection-database.js'
import { joinedScope } from './joined-scope.js'
import type { OpenTransaction } from './open-transaction.js'
import { topLevel } from './transaction-scope.js'

export interface JoinedEnds {
  /** Of the first statement. */
  readonly begun: StatementResult
  commit(last: string): Promise<StatementResult | undefined>
}

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
   * A transaction whose first statement goes with BEGIN, and whose last may go with COMMIT. `commit` resolves to the
   * result of that; to undefined, and nothing is done, if the statement refuses to be the last, by SQLSTATE PW001.
   */
  joinedTransaction<T>(
    first: string,
    work: (tx: Transaction, joined: JoinedEnds) => Promise<T>,
    { signal }: Pick<TransactionOptions, 'signal'> = {},
  ): Promise<T> {
    const scope = joinedScope(this.#settings)
    const joined = async (tx: OpenTransaction) =>
      work(tx, { begun: await scope.beginWith(tx, first), commit: (last) => scope.commitWith(tx, last) })
    return this.within(scope, joined, signal ? { signal } : {})
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

/** By what it can do, as above. */
export function joins(
  database: Database,
): database is Database & Pick<AutocommitDatabase, 'joinedTransaction'> {
  return 'joinedTransaction' in database
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
