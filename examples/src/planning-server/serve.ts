import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Database } from '@piecework/core'
import { fromPg } from '@piecework/postgres'
import { addSample } from './add-sample.js'
import { openHost } from './open-host.js'
import { openPool } from './open-pool.js'
import type { Settings } from './settings.js'
import { startServer } from './start-server.js'

export interface Serving {
  readonly database: Database
  /** Of the processes that answer. */
  pids(): readonly number[]
  close(): Promise<void>
}

const processes = 3

/** One process on the embedded database, or several on servers; resolves when they answer. */
export function serve(settings: Settings): Promise<Serving> {
  return settings.servers ? serveTogether(settings, settings.servers.databaseUrl) : serveAlone(settings)
}

async function serveAlone(settings: Settings): Promise<Serving> {
  const host = await openHost(settings.files, undefined)
  await addSample(host, settings.sample)
  const close = await startServer(host, settings)
  return { database: host.database, pids: () => [process.pid], close }
}

/** One that dies has another one in its place. Any of them answers any request: no sticky sessions. */
async function serveTogether(settings: Settings, databaseUrl: string): Promise<Serving> {
  const exec = fileURLToPath(new URL('./worker.js', import.meta.url))
  cluster.setupPrimary({ exec, args: [JSON.stringify(settings)] })
  // The first one adds the sample.
  await works(cluster.fork())
  await Promise.all(Array.from({ length: processes - 1 }, () => works(cluster.fork())))
  let isClosing = false
  cluster.on('exit', async () => {
    // Where none can start, such as without a database, they are not tried without a pause.
    await sleep(1000)
    if (!isClosing) cluster.fork()
  })
  const pool = openPool(databaseUrl, 1)
  const workers = (): Worker[] => Object.values(cluster.workers ?? {}).flatMap((worker) => worker ?? [])
  return {
    database: fromPg(pool),
    pids: () => workers().flatMap(({ process: { pid } }) => pid ?? []),
    close: async () => {
      isClosing = true
      const leaving = workers().map(async (worker) => {
        const ended = once(worker, 'exit')
        worker.process.kill('SIGTERM')
        await ended
      })
      await Promise.all([...leaving, pool.end()])
    },
  }
}

/** Throws if it ends before. */
async function works(worker: Worker): Promise<void> {
  const ended = once(worker, 'exit').then(([code, signal]) => {
    throw new Error(`A process of the server ended with ${signal ?? code} before it answered.`)
  })
  await Promise.race([once(worker, 'message'), ended])
}
