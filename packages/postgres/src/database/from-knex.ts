import { check, checkArgument, checkOptions, type Database, PieceworkError } from '@piecework/core/store'
import { AutocommitDatabase } from './autocommit-database.js'
import type { HeldConnection } from './connection.js'
import { ConnectionDatabase } from './connection-database.js'
import { Mutex } from './mutex.js'
import type { PgClient } from './pg-client.js'
import { holdPgClient } from './pg-connection.js'
import { type SessionOptions, sessionChecks, sessionSettings } from './settings.js'
import { savepoint } from './transaction-scope.js'

/** A `Knex` or a `Knex.Transaction` with the client `pg`. */
export interface KnexLike {
  readonly client: {
    /** `max`: connections that it may have at once. Without it, nodes of an export do not read at one moment. */
    readonly pool?: { readonly max?: number }
    acquireConnection(): Promise<unknown>
    releaseConnection(connection: unknown): Promise<unknown>
  }
  readonly isTransaction?: boolean
}

/**
 * A database over the host's knex, which the host destroys. On a knex transaction all statements take part in
 * it: `transaction` is a savepoint, one at a time, and read-only snapshots are `unsupported`.
 */
export function fromKnex(knex: KnexLike, options?: SessionOptions): Database {
  checkArgument(
    'fromKnex()',
    'knex',
    knex,
    check.having<KnexLike>('a knex or a transaction of one', 'client'),
  )
  const settings = sessionSettings(checkOptions('fromKnex()', options, sessionChecks))
  if (knex.isTransaction !== true) {
    return new AutocommitDatabase({ acquire: () => acquire(knex) }, settings, knex.client.pool?.max)
  }
  const mutex = new Mutex()
  return new ConnectionDatabase(
    { acquire: () => mutex.acquire().then((leave) => acquire(knex, leave)) },
    () => savepoint(settings),
  )
}

async function acquire(knex: KnexLike, leave: () => void = () => {}): Promise<HeldConnection> {
  const connection = await knex.client.acquireConnection().catch((error: unknown) => {
    leave()
    throw error
  })
  const release = (broken: boolean): void => {
    // knex does not use a connection with this mark again.
    if (broken) Object.assign(connection as object, { __knex__disposed: 'given up by Piecework' })
    knex.client.releaseConnection(connection).catch(() => {})
    leave()
  }
  if (!isPgClient(connection)) {
    release(false)
    throw new PieceworkError('unsupported', 'fromKnex needs a knex whose client is pg.')
  }
  return holdPgClient(connection, release)
}

function isPgClient(connection: unknown): connection is PgClient {
  const { query, processID } = (connection ?? {}) as Readonly<Record<string, unknown>>
  return typeof query === 'function' && typeof processID === 'number'
}
