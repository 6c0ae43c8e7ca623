import { chownSync, existsSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { freePort, ownerFor, serviceFolder, startService } from './service.mjs'

/** Path of the program, or undefined. */
export function findPgbouncer() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']
  return folders.map((folder) => join(folder, 'pgbouncer')).find((path) => existsSync(path))
}

/** Before the server at `databaseUrl`: pools by transaction, two connections for each database. */
export async function startPgbouncer(command, databaseUrl) {
  const owner = ownerFor('postgres', 'nobody')
  const dir = await serviceFolder(owner)
  const port = await freePort()
  const server = new URL(databaseUrl)
  const target = {
    host: server.hostname,
    port: server.port || 5432,
    user: decodeURIComponent(server.username),
    password: decodeURIComponent(server.password),
  }
  const parts = Object.entries(target).filter(([, value]) => value !== '')
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    default_pool_size: 2,
    max_client_conn: 100,
    // Of the scratch databases, which are dropped after their tests.
    server_idle_timeout: 1,
  }
  const file = join(dir, 'pgbouncer.ini')
  writeFileSync(
    file,
    [
      '[databases]',
      `* = ${parts.map(([key, value]) => `${key}='${String(value).replaceAll("'", "''")}'`).join(' ')}`,
      '[pgbouncer]',
      ...Object.entries(settings).map(([key, value]) => `${key} = ${value}`),
    ].join('\n'),
  )
  if (owner) chownSync(file, owner.uid, owner.gid)
  const service = await startService({ command, args: [file], dir, owner, ready: () => listens(port) })
  return { url: `postgres://${target.user || 'postgres'}@127.0.0.1:${port}/postgres`, ...service }
}

const listens = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
