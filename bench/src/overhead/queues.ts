import { randomUUID } from 'node:crypto'
import { redisRuntime } from '@piecework/runtime-redis'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import PQueue from 'p-queue'
import { timed } from '../measure.js'

/** Seconds for so many tasks that do nothing. */
export async function barePQueue(tasks: number, concurrency: number): Promise<number> {
  const queue = new PQueue({ concurrency })
  return timed(async () => {
    for (let count = 0; count < tasks; count++) void queue.add(async () => {})
    await queue.onIdle()
  })
}

/**
 * Seconds for so many jobs that do nothing, from the first being added to the last being done; nothing is
 * kept of them.
 */
export async function bareBullmq(tasks: number, concurrency: number, url: string): Promise<number> {
  const name = `bench-${randomUUID()}`
  const connection = new Redis(url, { maxRetriesPerRequest: null })
  const queue = new Queue(name, { connection })
  let done = 0
  let finish = (): void => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const worker = new Worker(name, async () => {}, { connection, concurrency })
  worker.on('error', (error) => console.error(error))
  worker.on('completed', () => {
    done += 1
    if (done === tasks) finish()
  })
  await worker.waitUntilReady()
  try {
    return await timed(async () => {
      const job = { name: 'empty', data: {}, opts: { removeOnComplete: true } }
      for (let added = 0; added < tasks; added += 1000) {
        await queue.addBulk(Array.from({ length: Math.min(1000, tasks - added) }, () => job))
      }
      await finished
    })
  } finally {
    await worker.close()
    await queue.obliterate({ force: true })
    await queue.close()
    connection.disconnect()
  }
}

/** Seconds for so many tasks of one job that do nothing, through our runtime by itself. */
export async function withoutStore(tasks: number, concurrency: number, url: string): Promise<number> {
  const runtime = redisRuntime({ connection: url, queue: `bench-${randomUUID()}`, concurrency })
  let done = 0
  let finish = (): void => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  await runtime.start(async () => {
    done += 1
    if (done === tasks) finish()
  })
  const all = Array.from({ length: tasks }, (_, node) => ({ job: 'job', node: `export ${node}`, attempt: 1 }))
  try {
    return await timed(async () => {
      await runtime.submit(all)
      await finished
    })
  } finally {
    await runtime.stop()
  }
}
