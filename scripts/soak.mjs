// `npm run soak [-- --faults N --seconds S --seed X --json]`: the soak, on a throwaway PostgreSQL where DATABASE_URL gives none. Its
// Redis is its own in any case: it is killed.
import { canInstall, install } from './test/debian.mjs'
import { findRedis } from './test/redis.mjs'
import { startServers } from './test/servers.mjs'

const helpOnly = process.argv.some((argument) => argument === '--help' || argument === '-h')
if (helpOnly || (await hasRedis())) await soak()
else {
  console.error('The soak needs the programs redis-server and redis-cli.')
  process.exitCode = 1
}

async function hasRedis() {
  if (findRedis() === undefined && canInstall()) await install(['redis'])
  return findRedis() !== undefined
}

async function soak() {
  const servers = await startServers(async (words) => !helpOnly && words.test('DATABASE_URL'))
  Object.assign(process.env, servers.env)
  try {
    await import('../soak/build/src/main.js')
  } finally {
    await servers.stop()
  }
}
