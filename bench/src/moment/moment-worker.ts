import { redisRuntime } from '@piecework/runtime-redis'
import { type AtlasHostOptions, atlasHost } from './atlas.js'

/** One process that works, until it is killed. */
const [given = ''] = process.argv.slice(2)
const { redis, queue, ...options } = JSON.parse(given) as AtlasHostOptions & {
  readonly redis: string
  readonly queue: string
}
const host = atlasHost(options, redisRuntime({ connection: redis, queue, concurrency: 2 }))
await host.piecework.start()
process.send?.('started')
