import { check, checkArgument, checkOptions, type Database } from '@piecework/core/store'
import { AutocommitDatabase } from './autocommit-database.js'
import type { HeldConnection } from './connection.js'
import type { PgClient } from './pg-client.js'
import { holdPgClient } from './pg-connection.js'
import { type SessionOptions, sessionChecks, sessionSettings } from './settings.js'

/** A `pg.Pool`. */
export interface PgPool {
  /** `max`: connections that it may have at once. Without it, nodes of an export do not read at one moment. */
  readonly options?: { readonly max?: number }
  /** Connections that it has; an open client is no pool, and has no such number. */
  readonly totalCount: number
  connect(callback: (error: Error | undefined, client: PooledClient | undefined) => void): void
}

type PooledClient = PgClient & { release(destroy?: boolean): void }

/**
 * A database over the host's pool, which the host ends. Values are parsed as `valueParser` describes, with
 * this and the other adapters alike, whatever parsers and settings the host has.
 */
export function fromPg(pool: PgPool, options?: SessionOptions): Database {
  checkArgument('fromPg()', 'pool', pool, check.having<PgPool>('a pg.Pool', 'connect'))
  const settings = sessionSettings(checkOptions('fromPg()', options, sessionChecks))
  // Held at once, without a promise in between: what the server says together with the end of the handshake would find
  // no listener, and end the process.
  const acquire = () =>
    new Promise<HeldConnection>((resolve, reject) => {
      pool.connect((error, client) => {
        if (client) resolve(holdPgClient(client, (broken) => client.release(broken)))
        else reject(error)
      })
    })
  return new AutocommitDatabase({ acquire }, settings, pool.options?.max)
}
