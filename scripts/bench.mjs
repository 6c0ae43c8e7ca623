// `npm run bench [-- <name> …]`: the benchmarks, with throwaway servers where DATABASE_URL and REDIS_URL give none.
import { startServers } from './test/servers.mjs'

/** Only what is queued needs Redis. */
const names = process.argv.slice(2).filter((argument) => /^[a-z]/.test(argument))
const queued = names.length === 0 || names.some((name) => ['overhead', 'workers', 'moment'].includes(name))
const delivers = names.length === 0 || names.includes('delivery')
const shows = names.length === 0 || names.includes('page')
const servers = await startServers(
  async (words) =>
    words.test('DATABASE_URL') ||
    (queued && words.test('REDIS_URL')) ||
    (delivers && words.test('needsSwift')) ||
    (shows && words.test('needsBrowser')),
)
Object.assign(process.env, servers.env)
try {
  await import('../bench/build/src/main.js')
} finally {
  await servers.stop()
}
