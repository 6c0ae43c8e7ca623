import { findChromium } from './chromium.mjs'
import { canInstall, install } from './debian.mjs'
import { findGdal } from './gdal.mjs'
import { findPgbouncer, startPgbouncer } from './pgbouncer.mjs'
import { findPostgres, startPostgres } from './postgres.mjs'
import { findRedis, startRedis } from './redis.mjs'
import { findSwift } from './swift.mjs'

const kinds = [
  {
    name: 'postgres',
    variable: 'DATABASE_URL',
    words: /DATABASE_URL|needsServer|scratchDatabase/,
    find: findPostgres,
    start: startPostgres,
    missing: 'PostgreSQL with PostGIS',
  },
  {
    name: 'redis',
    variable: 'REDIS_URL',
    words: /REDIS_URL/,
    find: findRedis,
    start: startRedis,
    missing: 'Redis',
  },
  {
    name: 'pgbouncer',
    variable: 'PGBOUNCER_URL',
    words: /PGBOUNCER_URL/,
    find: findPgbouncer,
    // Behind the server that was given or started before it.
    start: async (program, { DATABASE_URL = process.env.DATABASE_URL }) =>
      DATABASE_URL ? startPgbouncer(program, DATABASE_URL) : undefined,
    missing: 'pgbouncer',
  },
  {
    name: 'chromium',
    variable: 'CHROMIUM',
    words: /CHROMIUM|needsBrowser/,
    find: findChromium,
    // A program and no server: each test file starts its own.
    start: async (program) => ({ url: program, stop: async () => {} }),
    missing: 'Chromium',
  },
  {
    name: 'swift',
    words: /needsSwift/,
    find: findSwift,
    // Those tests start their own.
    start: async () => undefined,
    missing: 'OpenStack Swift',
  },
  {
    name: 'gdal',
    words: /needsGdal/,
    find: findGdal,
    // Programs and no server.
    start: async () => undefined,
    missing: 'GDAL with its Python',
  },
]

/**
 * The servers and programs that tests ask for, as environment variables: those given are used, others are started, and installed first
 * where that is possible. What cannot be had is said, and left out: its tests skip themselves.
 * `asked(words)` tells whether a test to run speaks of them. Only what is started here is ever stopped.
 */
export async function startServers(asked) {
  const env = {}
  const started = []
  const stop = async () => {
    await Promise.all(started.map((server) => server.stop()))
  }
  const wanted = []
  for (const kind of kinds) {
    if (!process.env[kind.variable] && (await asked(kind.words))) wanted.push(kind)
  }
  const absent = wanted.filter(({ find }) => find() === undefined)
  if (absent.length > 0 && canInstall()) await install(absent.map(({ name }) => name))
  try {
    for (const { find, start, variable, missing } of wanted) {
      const program = find()
      if (program === undefined) {
        const instead = variable === undefined ? 'Install it.' : `Install it, or set ${variable}.`
        console.log(`No ${missing} here: tests that need it are skipped. ${instead}`)
        continue
      }
      const server = await start(program, env)
      if (server === undefined) continue
      started.push(server)
      env[variable] = server.url
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { env, stop }
}
