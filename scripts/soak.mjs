// `npm run soak [-- --faults N --seconds S --seed X --only TEXTS --json]`: the soak, on a PostgreSQL server of its own, or in a database
// of its own on that of DATABASE_URL, which it never restarts. Its Redis is its own in any case: it is killed.
import { canInstall, install } from './test/debian.mjs'
import { findPostgres } from './test/postgres.mjs'
import { findRedis } from './test/redis.mjs'

const helpOnly = process.argv.some((argument) => argument === '--help' || argument === '-h')
if (!helpOnly) {
  const missing = [
    ...(findRedis() ? [] : ['redis']),
    ...(process.env.DATABASE_URL || findPostgres() ? [] : ['postgres']),
  ]
  if (missing.length > 0 && canInstall()) await install(missing)
}
if (helpOnly || findRedis()) {
  const programs = findPostgres()
  if (programs) process.env.POSTGRES_PROGRAMS = programs
  await import('../soak/build/src/main.js')
} else {
  console.error('The soak needs the programs redis-server and redis-cli.')
  process.exitCode = 1
}
