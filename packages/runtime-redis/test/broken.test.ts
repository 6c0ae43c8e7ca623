import type { Runtime, Task } from '@piecework/core/store'
import { redisRuntime } from '@piecework/runtime-redis'
import { assertBreaks } from '@piecework/test-support'
import { runtimeLaws } from '@piecework/testkit'
import { type JobsOptions, Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { suite } from 'uvu'
import { needsRedis, redisUrl, uniqueQueue } from './support/redis.js'

const test = needsRedis(suite('runtimes on Redis that are broken, and the law that sees it'))

/** BullMQ as one would use it at first: a job for each task. */
function plain(optionsOf: (task: Task, delayMs: number) => JobsOptions): Runtime {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null })
  const queue = new Queue<Task>(uniqueQueue(), { connection })
  let worker: Worker<Task> | undefined
  let closing: Promise<void> | undefined
  return {
    start: async (handle) => {
      const { signal } = new AbortController()
      worker = new Worker<Task>(queue.name, ({ data }) => handle(data, signal), {
        connection,
        concurrency: 4,
      })
      worker.on('error', () => {})
      await worker.waitUntilReady()
    },
    submit: async (tasks, { delayMs = 0 } = {}) => {
      for (const task of tasks) await queue.add('task', task, optionsOf(task, delayMs))
    },
    stop: () => {
      closing ??= (async () => {
        await worker?.close(true)
        await queue.obliterate({ force: true })
        await queue.close()
        connection.disconnect()
      })()
      return closing
    },
  }
}

const broken: Readonly<Record<string, readonly [law: string, make: () => Runtime]>> = {
  'takes the id of a task for the id of a job, and keeps what is done': [
    'one truth: a task that has run can be submitted again',
    () => plain(({ node, attempt }, delay) => ({ jobId: `${node}-${attempt}`, delay })),
  ],
  'forgets the delay': [
    'a delayed task runs, and not before its delay',
    () => plain(() => ({ removeOnComplete: true })),
  ],
  'does not wait for what runs': ['stop waits for what runs', () => plain(() => ({}))],
  'keeps its signal to itself': ['stop aborts what still runs', () => plain(() => ({}))],
  'runs what waits one after the other': [
    'order: tasks run side by side',
    () => redisRuntime({ connection: redisUrl, queue: uniqueQueue(), perJob: 1 }),
  ],
}

for (const [what, [law, make]] of Object.entries(broken)) {
  const name = `one that ${what}`
  test(name, () =>
    assertBreaks(name, {
      law,
      broken: (collect) => runtimeLaws(collect, { make, patienceMs: 500 }),
      whole: (collect) =>
        runtimeLaws(collect, { make: () => redisRuntime({ connection: redisUrl, queue: uniqueQueue() }) }),
      sideBySide: 10,
    }),
  )
}

test.run()
