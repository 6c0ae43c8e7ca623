import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { freePort, ownerFor, serviceFolder, startService } from './service.mjs'

const debian = '/usr/lib/postgresql'

/** The folder of PostgreSQL's programs, of one that has PostGIS; undefined where there is none. */
export function findPostgres() {
  const onPath = (process.env.PATH ?? '').split(delimiter)
  return [...debianVersions().map((version) => join(debian, version, 'bin')), ...onPath].find(
    (bin) =>
      ['initdb', 'postgres', 'pg_isready', 'pg_config'].every((name) => existsSync(join(bin, name))) &&
      hasPostgis(bin),
  )
}

/** Installed majors, newest first. */
export function debianVersions() {
  if (!existsSync(debian)) return []
  return readdirSync(debian).sort((a, b) => Number(b) - Number(a))
}

function hasPostgis(bin) {
  const { status, stdout } = spawnSync(join(bin, 'pg_config'), ['--sharedir'], { encoding: 'utf8' })
  return status === 0 && existsSync(join(stdout.trim(), 'extension', 'postgis.control'))
}

/** A throwaway server: nothing of it reaches the disk in time to be worth keeping. */
export async function startPostgres(bin) {
  const owner = ownerFor('postgres', 'nobody')
  const dir = await serviceFolder(owner)
  const data = join(dir, 'data')
  const init = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  execFileSync(join(bin, 'initdb'), init, { ...owner, cwd: dir, stdio: ['ignore', 'ignore', 'inherit'] })

  const port = await freePort()
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: dir,
    max_connections: 200,
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    wal_level: 'minimal',
    max_wal_senders: 0,
    max_wal_size: '8GB',
    checkpoint_timeout: '1h',
    autovacuum: 'off',
  }
  const ask = ['-q', '-h', '127.0.0.1', '-p', String(port), '-U', 'postgres']
  const service = await startService({
    command: join(bin, 'postgres'),
    args: ['-D', data, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
    dir,
    owner,
    ready: () => spawnSync(join(bin, 'pg_isready'), ask).status === 0,
  })
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, ...service }
}
