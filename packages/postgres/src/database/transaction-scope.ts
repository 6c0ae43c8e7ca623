import { PieceworkError } from '@piecework/core'
import type { PgClient } from './pg-client.js'
import { applySettings } from './settings.js'

/** How a transaction of ours begins and ends on a connection. */
export interface TransactionScope {
  begin(client: PgClient, readOnly: boolean): Promise<void>
  commit(client: PgClient): Promise<void>
  rollback(client: PgClient): Promise<void>
}

/** A transaction of its own. */
export function topLevel(settings: Readonly<Record<string, string>>): TransactionScope {
  return {
    begin: async (client, readOnly) => {
      const mode = readOnly ? 'REPEATABLE READ READ ONLY' : 'READ COMMITTED READ WRITE'
      await client.query({ text: `BEGIN ISOLATION LEVEL ${mode}; ${applySettings(settings, 'local')}` })
    },
    commit: async (client) => {
      const { command } = await client.query({ text: 'COMMIT' })
      if (command !== 'COMMIT') {
        throw new PieceworkError(
          'database',
          'A transaction was rolled back because one of its statements had failed.',
        )
      }
    },
    rollback: async (client) => {
      await client.query({ text: 'ROLLBACK' })
    },
  }
}

/** A savepoint in a transaction of the host's, whose settings are put back at the end. */
export function savepoint(settings: Readonly<Record<string, string>>): TransactionScope {
  const read = Object.keys(settings).map((name) => `current_setting('${name}') AS "${name}"`)
  let before: Readonly<Record<string, string>> = {}
  return {
    begin: async (client, readOnly) => {
      if (readOnly) {
        throw new PieceworkError(
          'unsupported',
          'A read-only snapshot cannot begin inside an open transaction.',
        )
      }
      await client.query({ text: 'SAVEPOINT piecework_tx' })
      const { rows } = await client.query({ text: `SELECT ${read.join(', ')}` })
      before = (rows as Readonly<Record<string, string>>[])[0] ?? {}
      await client.query({ text: applySettings(settings, 'local') })
    },
    commit: async (client) => {
      await client.query({ text: applySettings(before, 'local') })
      await client.query({ text: 'RELEASE SAVEPOINT piecework_tx' })
    },
    rollback: async (client) => {
      await client.query({ text: 'ROLLBACK TO SAVEPOINT piecework_tx; RELEASE SAVEPOINT piecework_tx' })
    },
  }
}
