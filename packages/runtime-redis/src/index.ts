export { type RedisRuntimeOptions, redisRuntime } from './redis-runtime.js'
