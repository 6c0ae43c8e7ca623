// `npm run bench [-- <name> …]`: the benchmarks, with a throwaway server where DATABASE_URL gives none.
import { startServers } from './test/servers.mjs'

const servers = await startServers(async (words) => words.test('DATABASE_URL'))
Object.assign(process.env, servers.env)
try {
  await import('../bench/build/src/main.js')
} finally {
  await servers.stop()
}
