import { check, checkArgument, checkOptions, type Database } from '@piecework/core/store'
import { AutocommitDatabase } from './autocommit-database.js'
import type { PgClient } from './pg-client.js'
import { holdPgClient } from './pg-connection.js'
import { type SessionOptions, sessionChecks, sessionSettings } from './settings.js'

/** What is asked of a `pg.Pool`. */
export interface PgPool {
  connect(): Promise<PgClient & { release(destroy?: boolean): void }>
}

/**
 * The host's pool; it stays the host's to end. Values come as `valueParser` says, here and through the other adapters, whatever
 * parsers and settings the host has.
 */
export function fromPg(pool: PgPool, options?: SessionOptions): Database {
  checkArgument('fromPg()', 'pool', pool, check.having<PgPool>('a pg.Pool', 'connect'))
  const settings = sessionSettings(checkOptions('fromPg()', options, sessionChecks))
  const acquire = async () => {
    const client = await pool.connect()
    return holdPgClient(client, (broken) => client.release(broken))
  }
  return new AutocommitDatabase({ acquire }, settings)
}
