import { once } from 'node:events'
import type { Task } from '@piecework/core/store'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { openClient, type RedisConnection, workerClient } from './connection.js'
import type { ErrorReporter } from './error-reporter.js'
import { pendingTasks } from './pending-tasks.js'
import type { QueueMessage } from './slot.js'
import { type SlotWorker, slotWorker } from './slot-worker.js'
import { type TaskQueue, taskQueue } from './task-queue.js'

export interface SessionOptions {
  readonly connection: RedisConnection
  readonly queue: string
  readonly perJob: number
  readonly reporter: ErrorReporter
}

/** One process's connections to Redis. */
export interface Session {
  tasks(): Promise<TaskQueue>
  work(concurrency: number, run: (task: Task) => Promise<void>): Promise<SlotWorker>
  /** Leaves a client of the host's open. */
  close(): Promise<void>
}

/** In braces: a cluster keeps all keys of the same braces on one server. */
const prefix = '{piecework}'

export function openSession({ connection, queue: name, perJob, reporter }: SessionOptions): Session {
  const { client, own } = openClient(connection)
  const closing = new AbortController()
  const listen = (to: Redis): Redis => to.on('error', reporter.report).on('ready', reporter.reset)
  const ignore = (from: Redis): Redis => from.off('error', reporter.report).off('ready', reporter.reset)
  listen(client)
  const workers: Redis[] = []
  let queue: Queue<QueueMessage> | undefined
  let opened: Promise<TaskQueue> | undefined

  const openQueue = async (): Promise<TaskQueue> => {
    if (client.status !== 'ready') await once(client, 'ready', { signal: closing.signal })
    const options = { connection: client, prefix, streams: { events: { maxLen: 1 } } }
    const created = new Queue<QueueMessage>(name, options)
    created.on('error', reporter.report)
    await created.waitUntilReady()
    queue = created
    return taskQueue(created, pendingTasks(client, { toKey: created.toKey, perJob }))
  }

  const open = (): Promise<TaskQueue> => {
    opened ??= openQueue().catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }

  return {
    tasks: open,
    work: async (concurrency, run) => {
      const worker = workerClient(client)
      workers.push(listen(worker))
      const tasks = await open()
      return slotWorker({ queue: name, prefix, client: worker, concurrency, tasks, reporter, run })
    },
    close: async () => {
      closing.abort()
      await opened?.catch(reporter.report)
      await queue?.close().catch(reporter.report)
      for (const worker of workers)
        ignore(worker)
          .on('error', () => {})
          .disconnect()
      ignore(client)
      if (own) client.on('error', () => {}).disconnect()
    },
  }
}
