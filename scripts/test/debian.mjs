import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { debianVersions } from './postgres.mjs'

/** Whether this is Debian or a child of it, and this process may install packages. */
export function canInstall() {
  return existsSync('/usr/bin/apt-get') && process.getuid?.() === 0
}

/**
 * Installs what is named (`postgres`, `redis`, `pgbouncer`, `swift`, `chromium`, `gdal`), after asking on a terminal. False where that was
 * refused or went wrong, which is said.
 */
export async function install(servers) {
  const names = servers.join(' and ')
  if (process.stdin.isTTY && process.stdout.isTTY && !process.env.CI) {
    if (!(await agreed(`Tests need ${names}, which is not installed. Install with apt-get? [y/N] `)))
      return false
  }
  console.log(`Installing ${names} with apt-get …`)
  if (!aptGet('update')) return false
  const packages = servers.flatMap((server) =>
    server === 'postgres' ? postgresPackages() : packageOf[server],
  )
  return aptGet('install', '--yes', '--no-install-recommends', ...packages)
}

const packageOf = {
  redis: 'redis-server',
  pgbouncer: 'pgbouncer',
  chromium: 'chromium',
  swift: 'python3-swift',
  gdal: ['gdal-bin', 'python3-gdal'],
}

/** Of a PostgreSQL that is there already, where its PostGIS is offered; else of the newest offered. */
function postgresPackages() {
  const offered = execFileSync('apt-cache', ['search', '--names-only', '^postgresql-[0-9]+-postgis-3$'], {
    encoding: 'utf8',
  })
  const majors = [...offered.matchAll(/^postgresql-(\d+)-postgis-3 /gm)].map(([, major]) => major)
  majors.sort((a, b) => Number(b) - Number(a))
  const major = debianVersions().find((installed) => majors.includes(installed)) ?? majors[0]
  return major === undefined ? ['postgis'] : [`postgresql-${major}`, `postgresql-${major}-postgis-3`]
}

function aptGet(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  // A machine that has just started may be installing updates; apt-get would not wait for its lock.
  const options = ['-q', '-o', 'DPkg::Lock::Timeout=300']
  const { status, stdout, stderr } = spawnSync('apt-get', [...options, ...args], { env, encoding: 'utf8' })
  if (status !== 0) console.log(`${stdout}${stderr}apt-get ${args.join(' ')} failed.`)
  return status === 0
}

async function agreed(question) {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim())
  } finally {
    terminal.close()
  }
}
