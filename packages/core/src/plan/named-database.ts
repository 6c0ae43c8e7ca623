import type { Database, Queryable, Transaction } from '../contracts/database.js'
import { isPieceworkError, PieceworkError } from '../contracts/errors.js'

/** One of several: what it throws says which. */
export function namedDatabase(name: string, database: Database): Database {
  const told = (error: unknown): unknown => inDatabaseOf(name, error)
  const query =
    (db: Queryable): Queryable['query'] =>
    (sql, values) =>
      db.query(sql, values).catch((error: unknown) => {
        throw told(error)
      }) as never
  const named = (tx: Transaction): Transaction => ({
    query: query(tx),
    copyIn: (target, records) =>
      tx.copyIn(target, records).catch((error: unknown) => {
        throw told(error)
      }),
    copyOut: async function* (select) {
      try {
        yield* tx.copyOut(select)
      } catch (error) {
        throw told(error)
      }
    },
  })
  return {
    ...database,
    query: query(database),
    transaction: async (work, options) => {
      // What the work throws may be another database's.
      let own: unknown
      try {
        return await database.transaction(async (tx) => {
          try {
            return await work(named(tx))
          } catch (error) {
            own = error
            throw error
          }
        }, options)
      } catch (error) {
        throw error === own ? error : told(error)
      }
    },
  }
}

function inDatabaseOf(name: string, error: unknown): unknown {
  if (!isPieceworkError(error, 'database') || error.facts.database !== undefined) return error
  const { cause, facts, findings, retryable } = error
  return new PieceworkError('database', `Database "${name}": ${error.message}`, {
    cause,
    facts: { ...facts, database: name },
    findings,
    retryable,
  })
}

const unreachable = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOENT)( |$)/

/** Whether no connection to one of several databases could be made: whose rows are elsewhere is not at fault. */
export function isAway(error: unknown): boolean {
  if (!isPieceworkError(error, 'database') || !error.retryable || error.facts.database === undefined)
    return false
  const { osCode, sqlState } = error.facts
  return sqlState === '57P03' || (typeof osCode === 'string' && unreachable.test(osCode))
}

/** Whether the server of a foreign table could not be reached by the one that was asked. */
export const isForeignServerAway = (error: unknown): boolean =>
  isPieceworkError(error, 'database') && error.facts.sqlState === '08001'
