import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { skipUnless } from '@piecework/testkit'
import { Redis } from 'ioredis'

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
  keys(): Promise<readonly string[]>
  remove(): Promise<void>
}

export function needsRedisServer<S extends Parameters<typeof skipUnless>[2]>(suite: S): S {
  const found = spawnSync('redis-server', ['--version']).status === 0
  return skipUnless(found, 'needs the program redis-server', suite)
}

export async function redisServer(): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'piecework-redis-'))
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let child: ChildProcess | undefined

  const asked = async <T>(ask: (client: Redis) => Promise<T>): Promise<T> => {
    const client = new Redis(url, { retryStrategy: () => null, maxRetriesPerRequest: 0 })
    client.on('error', () => {})
    try {
      return await ask(client)
    } finally {
      client.disconnect()
    }
  }
  const start = async (): Promise<void> => {
    const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', dir]
    child = spawn('redis-server', args, { stdio: 'ignore' })
    for (;;) {
      const pong = await asked((client) => client.ping()).catch(() => undefined)
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
  }
  await start()
  return {
    url,
    start,
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    flushAll: async () => void (await asked((client) => client.flushall())),
    keys: () => asked((client) => client.keys('*')),
    remove: async () => {
      await kill()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
