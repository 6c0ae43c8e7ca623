import { isPieceworkError } from '@piecework/core/store'
import type { StatementResult } from './connection.js'
import type { OpenTransaction } from './open-transaction.js'
import { beginSql, commitSql, onReplica, type TransactionScope, topLevel } from './transaction-scope.js'

/** A transaction by itself whose BEGIN and COMMIT may go with statements of its work. */
export interface JoinedScope extends TransactionScope {
  beginWith(tx: OpenTransaction, sql: string): Promise<StatementResult>
  commitWith(tx: OpenTransaction, sql: string): Promise<StatementResult | undefined>
}

/** SQLSTATE of a statement that refuses to be the last of its transaction, because more follows from it. */
const moreFollows = 'PW001'

export function joinedScope(settings: Readonly<Record<string, string>>): JoinedScope {
  const { commit, rollback } = topLevel(settings)
  let committed = false
  return {
    begin: async () => {},
    beginWith: async (tx, sql) => {
      const results = await tx.script(`${beginSql(settings)}; ${sql}`).catch(onReplica)
      return results.at(-1) as StatementResult
    },
    commitWith: async (tx, sql) => {
      try {
        const [, result] = await tx.script(`SAVEPOINT piecework_last; ${sql}; ${commitSql}`)
        committed = true
        return result
      } catch (error) {
        if (!isPieceworkError(error) || error.facts.sqlState !== moreFollows) throw error
        await tx.query('ROLLBACK TO SAVEPOINT piecework_last')
        return undefined
      }
    },
    commit: async (connection) => {
      if (!committed) await commit(connection)
    },
    rollback,
  }
}
