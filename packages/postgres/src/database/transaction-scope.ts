import { PieceworkError } from '@piecework/core/store'
import type { Connection } from './connection.js'
import { applySettings } from './settings.js'

/** How a transaction begins and ends on a connection. */
export interface TransactionScope {
  begin(connection: Connection, readOnly: boolean): Promise<void>
  commit(connection: Connection): Promise<void>
  rollback(connection: Connection): Promise<void>
}

/** A transaction by itself. */
export function topLevel(settings: Readonly<Record<string, string>>): TransactionScope {
  return {
    begin: async (connection, readOnly) => {
      const mode = readOnly ? 'REPEATABLE READ READ ONLY' : 'READ COMMITTED READ WRITE'
      await connection.query(`BEGIN ISOLATION LEVEL ${mode}; ${applySettings(settings, 'local')}`)
    },
    commit: async (connection) => {
      const { command } = await connection.query('COMMIT')
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
  const read = Object.keys(settings).map((name) => `current_setting('${name}') AS "${name}"`)
  let before: Readonly<Record<string, string>> = {}
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
      const { rows } = await connection.query(`SELECT ${read.join(', ')}`)
      before = (rows as Readonly<Record<string, string>>[])[0] ?? {}
      await connection.query(applySettings(settings, 'local'))
    },
    commit: async (connection) => {
      await connection.query(applySettings(before, 'local'))
      await connection.query('RELEASE SAVEPOINT piecework_tx')
    },
    rollback: async (connection) => {
      if (!taken) return
      await connection.query('ROLLBACK TO SAVEPOINT piecework_tx; RELEASE SAVEPOINT piecework_tx')
    },
  }
}
