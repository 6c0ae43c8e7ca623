import { randomUUID } from 'node:crypto'
import { skipUnless } from '@piecework/test-support'

export const redisUrl = process.env.REDIS_URL ?? ''

/** A queue that nothing else uses. */
export const uniqueQueue = (): string => `test-${randomUUID()}`

export function needsRedis<S extends Parameters<typeof skipUnless>[2]>(suite: S): S {
  return skipUnless(redisUrl !== '', 'needs a Redis server in REDIS_URL', suite)
}
