import { type Database, databaseError } from '@piecework/core/store'
import type { ConnectionSource } from './connection.js'
import { ConnectionDatabase } from './connection-database.js'
import { topLevel } from './transaction-scope.js'

/** A database that can run a statement outside a transaction of ours. */
export class AutocommitDatabase extends ConnectionDatabase {
  readonly #source: ConnectionSource

  constructor(source: ConnectionSource, settings: Readonly<Record<string, string>>) {
    super(source, () => topLevel(settings))
    this.#source = source
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

function refused(error: unknown): never {
  throw databaseError(error)
}
