import { Redis, type RedisOptions } from 'ioredis'

/** An address (`redis://…`, `rediss://…`), ioredis's own options, or the host's own client, which is never closed. */
export type RedisConnection = string | RedisOptions | Redis

/** What Redis does not answer for so long has failed. */
const commandTimeout = 5000

/** For commands that somebody waits for: they fail soon where Redis is away, and do not pile up. */
export function openClient(connection: RedisConnection): { readonly client: Redis; readonly own: boolean } {
  if (isClient(connection)) return { client: connection, own: false }
  const options = {
    commandTimeout,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    retryStrategy,
    replyMapping: 'legacy',
  } as const
  const client =
    typeof connection === 'string' ? new Redis(connection, options) : new Redis({ ...connection, ...options })
  return { client, own: true }
}

/** For a worker, which waits for Redis for as long as it takes. */
export function workerClient(client: Redis): Redis {
  return client.duplicate({
    commandTimeout: undefined,
    maxRetriesPerRequest: null,
    enableOfflineQueue: true,
    lazyConnect: false,
    retryStrategy,
  })
}

const retryStrategy = (times: number): number => Math.min(times * 50, 1000)

/** The host's ioredis may be another copy than ours. */
const isClient = (connection: RedisConnection): connection is Redis =>
  typeof connection === 'object' && 'duplicate' in connection
