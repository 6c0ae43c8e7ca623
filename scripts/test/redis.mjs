import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { freePort, ownerFor, serviceFolder, startService } from './service.mjs'

/** Path of the program, or undefined. */
export function findRedis() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin']
  return folders.map((folder) => join(folder, 'redis-server')).find((path) => existsSync(path))
}

export async function startRedis(command) {
  const owner = ownerFor('redis', 'nobody')
  const dir = await serviceFolder(owner)
  const port = String(await freePort())
  const service = await startService({
    command,
    args: ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir],
    dir,
    owner,
    ready: () => spawnSync(join(command, '..', 'redis-cli'), ['-p', port, 'ping']).status === 0,
  })
  return { url: `redis://127.0.0.1:${port}`, ...service }
}
