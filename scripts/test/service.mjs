import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, closeSync, openSync } from 'node:fs'
import { mkdtemp, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { temporaryFolder } from './temporary.mjs'

/** The shell waits for the end of its input, which comes even when this process is killed; then it ends the server. */
const keeper = 'dir=$1; shift; "$@" & pid=$!; read -r _; kill -INT "$pid"; wait "$pid"; rm -rf "$dir"'

/** A temporary folder that a server may own; `owner` is given where this process is root, for PostgreSQL refuses to be. */
export async function serviceFolder(owner) {
  const dir = await mkdtemp(join(temporaryFolder(), 'piecework-test-'))
  if (owner !== undefined) chownSync(dir, owner.uid, owner.gid)
  return dir
}

/** Starts a server that ends, and whose folder goes, with this process, however this process ends. */
export async function startService({ command, args, dir, owner, ready }) {
  const log = openSync(join(dir, 'log'), 'a')
  const child = spawn('sh', ['-c', keeper, 'keeper', dir, command, ...args], {
    ...owner,
    cwd: dir,
    stdio: ['pipe', log, log],
    // Out of reach of the terminal's Ctrl-C: tests end first, then their servers.
    detached: true,
  })
  closeSync(log)
  const exited = once(child, 'exit')
  const stop = async () => {
    child.stdin.end()
    const slow = new AbortController()
    const timeout = wait(20_000, undefined, { signal: slow.signal }).then(
      () => process.kill(-child.pid, 'SIGKILL'),
      () => {},
    )
    await exited
    slow.abort()
    await timeout
  }
  for (let tries = 0; tries < 300; tries += 1) {
    if (await ready()) return { stop }
    await wait(100)
  }
  const said = await readFile(join(dir, 'log'), 'utf8')
  await stop()
  throw new Error(`${command} does not start:\n${said}`)
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** Whom a server runs as where this process is root. */
export function ownerFor(...users) {
  if (process.getuid?.() !== 0) return undefined
  for (const user of users) {
    try {
      const id = (flag) => Number(execFileSync('id', [flag, user], { stdio: ['ignore', 'pipe', 'ignore'] }))
      return { uid: id('-u'), gid: id('-g') }
    } catch {
      // No such user: try the next.
    }
  }
  return undefined
}
