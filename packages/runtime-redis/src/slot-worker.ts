import { setTimeout as sleep } from 'node:timers/promises'
import type { Task } from '@piecework/core/store'
import { type Job, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { defaults } from './defaults.js'
import type { ErrorReporter } from './error-reporter.js'
import type { QueuedJob, QueueMessage } from './slot.js'
import type { TaskQueue } from './task-queue.js'

/** @internal */
export interface SlotWorkerOptions {
  readonly queue: string
  readonly prefix: string
  readonly client: Redis
  readonly concurrency: number
  readonly tasks: TaskQueue
  readonly reporter: ErrorReporter
  /** Runs one task to its end; never rejects. */
  readonly run: (task: Task) => Promise<void>
}

/** Takes slots in this process, and runs tasks in them. */
export interface SlotWorker {
  /** Takes no more slots and tasks; resolves when those that run have ended. */
  drain(): Promise<void>
  close(): Promise<void>
}

/** Resolves when the worker is ready. @internal */
export async function slotWorker(options: SlotWorkerOptions): Promise<SlotWorker> {
  const { client, concurrency, tasks, reporter, run } = options
  const open = new Set<Promise<void>>()
  const active = new Set<string | undefined>()
  let draining = false

  const track = (work: Promise<void>): Promise<void> => {
    const done = work.catch(reporter.report).finally(() => open.delete(done))
    open.add(done)
    return done
  }

  const useSlot = async (job: QueuedJob): Promise<void> => {
    const end = performance.now() + defaults.slotMs
    for (let first = true; !draining && (first || performance.now() < end); first = false) {
      const task = await tasks.take(job, first)
      if (!task) return
      if (draining) return tasks.add(job, [task], 0)
      await run(task)
    }
  }

  const process = async ({ data }: Job<QueueMessage>): Promise<void> => {
    if (draining) return
    await track(data.slot === undefined ? tasks.wake(data) : useSlot(data))
  }

  const worker = new Worker<QueueMessage, void>(options.queue, process, {
    connection: client,
    prefix: options.prefix,
    concurrency,
    autorun: false,
    lockDuration: defaults.slotLockMs,
    stalledInterval: defaults.slotLockMs / 2,
    maxStalledCount: 2 ** 31 - 1,
    runRetryDelay: defaults.retryDelayMs,
  })
  worker.on('error', reporter.report)
  worker.on('active', ({ id }) => void active.add(id))
  worker.on('failed', (job) => void active.delete(job?.id))
  worker.on('completed', ({ id, data }) => {
    active.delete(id)
    // BullMQ keeps an id once: the slot is free only now.
    void track(tasks.slotEnded(data))
  })
  await worker.waitUntilReady()
  void worker.run().catch(reporter.report)

  /** Resolves when BullMQ has recorded the end of each message that this process has. */
  const settled = async (signal: AbortSignal): Promise<void> => {
    // Its answer comes after that of a fetch that is under way.
    await client.ping().catch(() => {})
    while (!signal.aborted && (active.size > 0 || open.size > 0)) {
      await Promise.all([...open, sleep(5)])
    }
  }

  return {
    drain: async () => {
      draining = true
      await worker.pause(true)
      while (open.size > 0) await Promise.all(open)
    },
    close: async () => {
      const over = new AbortController()
      const timeout = sleep(defaults.leaveTimeoutMs, undefined, { signal: over.signal }).catch(() => {})
      await Promise.race([settled(over.signal), timeout])
      over.abort()
      // By force: otherwise BullMQ would wait for a Redis that is away.
      await worker.close(true).catch(reporter.report)
    },
  }
}
