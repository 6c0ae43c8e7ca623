import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './free-port.js'
import { type SkippableSuite, skipUnless } from './skip-unless.js'
import { removeFolder, whenGone } from './when-gone.js'

/** A Redis of a test's own, to be emptied, paused and ended. */
export interface RedisServer {
  readonly url: string
  /** Starts it again, empty. */
  start(): Promise<void>
  /** SIGKILL: clients see their connections end. */
  kill(): Promise<void>
  /** SIGSTOP and SIGCONT: clients see nothing. */
  freeze(): void
  thaw(): void
  flushAll(): Promise<void>
  remove(): Promise<void>
}

/** The suite itself where the programs `redis-server` and `redis-cli` are there; else one that skips its tests visibly. */
export function needsRedisServer<S extends SkippableSuite>(suite: S): S {
  const found = ['redis-server', 'redis-cli'].every((name) => spawnSync(name, ['--version']).status === 0)
  return skipUnless(found, 'needs the program redis-server', suite)
}

/** Starts `redis-server` on a free port. */
export async function redisServer(): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'piecework-redis-'))
  const port = `${await freePort()}`
  const pidFile = join(dir, 'pid')
  const end = whenGone(`test -f "$2" && kill -KILL "$(cat "$2")"; ${removeFolder}`, dir, pidFile)
  let child: ChildProcess | undefined

  const ask = async (command: string): Promise<string> =>
    (await promisify(execFile)('redis-cli', ['-e', '-p', port, command])).stdout
  const start = async (): Promise<void> => {
    const args = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', dir, '--pidfile', pidFile]
    child = spawn('redis-server', args, { stdio: 'ignore' })
    for (;;) {
      const pong = await ask('PING').catch(() => undefined)
      if (pong) return
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}.`)
      await sleep(20)
    }
  }
  const kill = async (): Promise<void> => {
    const ending = child
    child = undefined
    if (!ending || ending.exitCode !== null) return
    const ended = once(ending, 'exit')
    ending.kill('SIGKILL')
    await ended
    // Its number may soon be another's.
    await rm(pidFile, { force: true })
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    flushAll: async () => void (await ask('FLUSHALL')),
    remove: async () => {
      await kill()
      await end.now()
    },
  }
}
