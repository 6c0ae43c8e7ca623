import { Redis, type RedisOptions } from 'ioredis'
import { defaults } from './defaults.js'

/** Where Redis is. Those of ioredis's `RedisOptions` that are not listed are passed on too. */
export interface RedisSettings {
  readonly host?: string | undefined
  readonly port?: number | undefined
  /** Of a socket. */
  readonly path?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | null | undefined
  readonly db?: number | undefined
  /** Of `tls.connect`. */
  readonly tls?: object | undefined
}

/** A `Redis` of the host's own copy of ioredis. */
export interface RedisClient {
  readonly status: string
  duplicate(override?: object): RedisClient
}

/**
 * An address (`redis://…`, `rediss://…`), settings of ioredis, or the host's own client, which is never
 * closed.
 */
export type RedisConnection = string | RedisSettings | RedisClient

/** For commands that a caller waits for: while Redis is away they fail soon, and do not pile up. @internal */
export function openClient(connection: RedisConnection): { readonly client: Redis; readonly own: boolean } {
  if (typeof connection === 'object' && 'duplicate' in connection) {
    // The host's ioredis may be another copy than ours, whose class is another.
    return { client: connection as unknown as Redis, own: false }
  }
  const options = {
    commandTimeout: defaults.commandTimeoutMs,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    retryStrategy,
    replyMapping: 'legacy',
  } as const
  const client =
    typeof connection === 'string'
      ? new Redis(connection, options)
      : new Redis({ ...(connection as RedisOptions), ...options })
  return { client, own: true }
}

/** For a worker, which waits for Redis as long as it takes. @internal */
export function workerClient(client: Redis): Redis {
  return client.duplicate({
    commandTimeout: undefined,
    maxRetriesPerRequest: null,
    enableOfflineQueue: true,
    lazyConnect: false,
    retryStrategy,
  })
}

const retryStrategy = (times: number): number =>
  Math.min(times * defaults.reconnectStepMs, defaults.reconnectLimitMs)
