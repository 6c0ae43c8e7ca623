// `npm run fuzz [-- --mutants N --seed X --only kind --json]`: hostile archives, on a throwaway PostgreSQL where DATABASE_URL gives
// none.
import { startServers } from './test/servers.mjs'

const helpOnly = process.argv.some((argument) => argument === '--help' || argument === '-h')
const servers = await startServers(async (words) => !helpOnly && words.test('DATABASE_URL'))
Object.assign(process.env, servers.env)
try {
  await import('../fuzz/build/src/main.js')
} finally {
  await servers.stop()
}
