import { isPieceworkError, PieceworkError, sqlStateOf } from '@piecework/core/store'
import type { Connection } from './connection.js'
import { hostPathSql } from './search-path.js'
import { applySettings, raiseWorkMemSql, readSettings, restoreSettings } from './settings.js'
import { textLiteral } from './text-literal.js'

/** How a transaction begins and ends on a connection. */
export interface TransactionScope {
  begin(connection: Connection, readOnly: boolean): Promise<void>
  commit(connection: Connection): Promise<void>
  rollback(connection: Connection): Promise<void>
}

/** Deferred triggers run at the end, on the host's path. */
export const commitSql = `SELECT ${hostPathSql}; COMMIT`

/** `seen`: a statement between BEGIN and the settings. */
export const beginSql = (
  settings: Readonly<Record<string, string>>,
  mode = 'READ COMMITTED READ WRITE',
  seen = '',
): string => `BEGIN ISOLATION LEVEL ${mode}; ${seen}${applySettings(settings)}, ${raiseWorkMemSql}`

/** A transaction by itself; one that is read-only may see what `snapshot` saw, by the name of its export. */
export function topLevel(settings: Readonly<Record<string, string>>, snapshot?: string): TransactionScope {
  let commit = 'COMMIT'
  return {
    begin: async (connection, readOnly) => {
      commit = readOnly ? 'COMMIT' : commitSql
      const mode = readOnly ? 'REPEATABLE READ READ ONLY' : undefined
      const seen = snapshot === undefined ? '' : `SET TRANSACTION SNAPSHOT ${textLiteral(snapshot)}; `
      await connection.query(beginSql(settings, mode, seen)).catch(onReplica)
    },
    commit: async (connection) => {
      const { command } = await connection.query(commit).catch(abortedAsRollback)
      if (command !== 'COMMIT') {
        throw new PieceworkError(
          'database',
          'A transaction was rolled back because one of its statements had failed.',
        )
      }
    },
    rollback: async (connection) => {
      await connection.query('ROLLBACK')
    },
  }
}

/** A savepoint in a transaction of the host, whose settings are restored at the end. */
export function savepoint(settings: Readonly<Record<string, string>>): TransactionScope {
  let before: Readonly<Record<string, string | null>> = {}
  let taken = false
  return {
    begin: async (connection, readOnly) => {
      if (readOnly) {
        throw new PieceworkError(
          'unsupported',
          'A read-only snapshot cannot begin inside an open transaction.',
        )
      }
      await connection.query('SAVEPOINT piecework_tx')
      taken = true
      const { rows } = await connection.query(readSettings(settings))
      before = (rows as Readonly<Record<string, string | null>>[])[0] ?? {}
      await connection.query(applySettings(settings))
    },
    commit: async (connection) => {
      await connection.query(restoreSettings(before))
      await connection.query('RELEASE SAVEPOINT piecework_tx')
    },
    rollback: async (connection) => {
      if (!taken) return
      await connection.query('ROLLBACK TO SAVEPOINT piecework_tx; RELEASE SAVEPOINT piecework_tx')
    },
  }
}

/** A replica that waits for its primary begins no transaction that may write. Another server may have its address soon. */
export function onReplica(error: unknown): never {
  const state = isPieceworkError(error) ? error.facts.sqlState : sqlStateOf(error)
  if (state !== '0A000') throw error
  throw new PieceworkError(
    'database',
    'The database is a replica, which takes no writes: connect to the primary (SQLSTATE 0A000).',
    { cause: error, facts: { sqlState: '0A000', replica: true }, retryable: true },
  )
}

/** What COMMIT by itself answers in a transaction of which a statement has failed. */
function abortedAsRollback(error: unknown): { readonly command: string } {
  if ((error as { readonly code?: unknown } | null)?.code === '25P02') return { command: 'ROLLBACK' }
  throw error
}
