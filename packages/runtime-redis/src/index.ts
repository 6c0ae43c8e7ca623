export type { RedisClient, RedisConnection, RedisSettings } from './connection.js'
export { type RedisRuntimeOptions, redisRuntime } from './redis-runtime.js'
