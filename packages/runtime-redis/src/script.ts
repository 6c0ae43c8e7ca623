import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'

/** Runs on the server as one step. Its text is sent to a server once. @internal */
export type Script = (client: Redis, key: string, args: readonly (string | number)[]) => Promise<unknown>

/** @internal */
export function script(lua: string): Script {
  const sha = createHash('sha1').update(lua).digest('hex')
  return async (client, key, args) => {
    try {
      return await client.evalsha(sha, 1, key, ...args)
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return client.eval(lua, 1, key, ...args)
    }
  }
}
