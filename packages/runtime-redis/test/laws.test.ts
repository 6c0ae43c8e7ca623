import { redisRuntime } from '@piecework/runtime-redis'
import { runtimeLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { needsRedis, redisUrl, uniqueQueue } from './support/redis.js'

const test = needsRedis(suite('runtime: Redis'))
// The laws make one handler fail; its report is not of interest here.
runtimeLaws(test, {
  make: () => redisRuntime({ connection: redisUrl, queue: uniqueQueue(), onError: () => {} }),
})
test.run()
