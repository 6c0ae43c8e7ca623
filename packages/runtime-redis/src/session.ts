import { once } from 'node:events'
import type { Task } from '@piecework/core/store'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Complaints } from './complaints.js'
import { openClient, type RedisConnection, workerClient } from './connection.js'
import { type Ticket, type Turns, turns } from './turns.js'
import { waiting } from './waiting.js'
import { type TurnWorker, turnWorker } from './worker.js'

export interface SessionOptions {
  readonly connection: RedisConnection
  readonly queue: string
  readonly perJob: number
  readonly complaints: Complaints
}

/** One process's connections to Redis. */
export interface Session {
  turns(): Promise<Turns>
  work(concurrency: number, attempt: (task: Task) => Promise<void>): Promise<TurnWorker>
  /** Leaves a client of the host's open. */
  close(): Promise<void>
}

/** In braces, so that a cluster keeps everything of ours in one place. */
const prefix = '{piecework}'

export function openSession({ connection, queue: name, perJob, complaints }: SessionOptions): Session {
  const { client, own } = openClient(connection)
  const closing = new AbortController()
  const listen = (to: Redis): Redis => to.on('error', complaints.broken).on('ready', complaints.mended)
  const ignore = (from: Redis): Redis => from.off('error', complaints.broken).off('ready', complaints.mended)
  listen(client)
  const workers: Redis[] = []
  let queue: Queue<Ticket> | undefined
  let opened: Promise<Turns> | undefined

  const openQueue = async (): Promise<Turns> => {
    if (client.status !== 'ready') await once(client, 'ready', { signal: closing.signal })
    const options = { connection: client, prefix, streams: { events: { maxLen: 1 } } }
    const fresh = new Queue<Ticket>(name, options)
    fresh.on('error', complaints.broken)
    await fresh.waitUntilReady()
    queue = fresh
    return turns(fresh, waiting(client, { toKey: fresh.toKey, perJob }))
  }

  const open = (): Promise<Turns> => {
    opened ??= openQueue().catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }

  return {
    turns: open,
    work: async (concurrency, attempt) => {
      const own = workerClient(client)
      workers.push(listen(own))
      const of = { queue: name, prefix, client: own, concurrency, complaints, attempt }
      return turnWorker({ ...of, turns: await open() })
    },
    close: async () => {
      closing.abort()
      await opened?.catch(complaints.broken)
      await queue?.close().catch(complaints.broken)
      for (const worker of workers)
        ignore(worker)
          .on('error', () => {})
          .disconnect()
      ignore(client)
      if (own) client.on('error', () => {}).disconnect()
    },
  }
}
