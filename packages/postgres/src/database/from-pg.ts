import { check, checkArgument, checkOptions, type Database } from '@piecework/core/store'
import { AutocommitDatabase } from './autocommit-database.js'
import type { PgClient } from './pg-client.js'
import { holdPgClient } from './pg-connection.js'
import { type SessionOptions, sessionChecks, sessionSettings } from './settings.js'

/** A `pg.Pool`. */
export interface PgPool {
  /** `max`: connections that it may have at once. Without it, nodes of an export do not read at one moment. */
  readonly options?: { readonly max?: number }
  connect(): Promise<PgClient & { release(destroy?: boolean): void }>
}

/**
 * A database over the host's pool, which the host ends. Values are parsed as `valueParser` describes, with
 * this and the other adapters alike, whatever parsers and settings the host has.
 */
export function fromPg(pool: PgPool, options?: SessionOptions): Database {
  checkArgument('fromPg()', 'pool', pool, check.having<PgPool>('a pg.Pool', 'connect'))
  const settings = sessionSettings(checkOptions('fromPg()', options, sessionChecks))
  const acquire = async () => {
    const client = await pool.connect()
    return holdPgClient(client, (broken) => client.release(broken))
  }
  return new AutocommitDatabase({ acquire }, settings, pool.options?.max)
}
