import { setTimeout as sleep } from 'node:timers/promises'
import type { Task } from '@piecework/core/store'
import { type Job, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Complaints } from './complaints.js'
import type { Due } from './turn.js'
import type { Ticket, Turns } from './turns.js'

/** @internal */
export interface TurnWorkerOptions {
  readonly queue: string
  readonly prefix: string
  readonly client: Redis
  readonly concurrency: number
  readonly turns: Turns
  readonly complaints: Complaints
  /** Runs one task to its end; never rejects. */
  readonly attempt: (task: Task) => Promise<void>
}

/** What takes turns in this process. */
export interface TurnWorker {
  /** No turn begins and no task is taken any more; resolves when those that run have ended. */
  drain(): Promise<void>
  close(): Promise<void>
}

/** How long a turn takes further tasks, in milliseconds: a job waits no longer than this, and one task, for its share. */
const sliceMs = 100

/** How long a dead worker keeps its turns; the healthy renew in half that time. A turn lost by mistake costs nothing. */
const lockDuration = 6000

/** How long Redis may take to hear that a worker leaves. */
const farewellMs = 2000

/** Resolves when the worker is ready. @internal */
export async function turnWorker(options: TurnWorkerOptions): Promise<TurnWorker> {
  const { client, concurrency, turns, complaints, attempt } = options
  const open = new Set<Promise<void>>()
  const active = new Set<string | undefined>()
  let draining = false

  const untilDone = (work: Promise<void>): Promise<void> => {
    const done = work.catch(complaints.broken).finally(() => open.delete(done))
    open.add(done)
    return done
  }

  const takeTurn = async (of: Due): Promise<void> => {
    const end = performance.now() + sliceMs
    for (let first = true; !draining && (first || performance.now() < end); first = false) {
      const task = await turns.take(of, first)
      if (!task) return
      if (draining) return turns.add(of, [task], 0)
      await attempt(task)
    }
  }

  const carryOut = async ({ data }: Job<Ticket>): Promise<void> => {
    if (draining) return
    await untilDone(data.slot === undefined ? turns.due(data) : takeTurn(data))
  }

  const worker = new Worker<Ticket, void>(options.queue, carryOut, {
    connection: client,
    prefix: options.prefix,
    concurrency,
    autorun: false,
    lockDuration,
    stalledInterval: lockDuration / 2,
    maxStalledCount: 2 ** 31 - 1,
    runRetryDelay: 1000,
  })
  worker.on('error', complaints.broken)
  worker.on('active', ({ id }) => void active.add(id))
  worker.on('failed', (job) => void active.delete(job?.id))
  worker.on('completed', ({ id, data }) => {
    active.delete(id)
    // Only now can the same turn be had again.
    void untilDone(turns.ended(data))
  })
  await worker.waitUntilReady()
  void worker.run().catch(complaints.broken)

  /** What this process has of the queue is given back. */
  const leave = async (signal: AbortSignal): Promise<void> => {
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
      const late = new AbortController()
      const timeout = sleep(farewellMs, undefined, { signal: late.signal }).catch(() => {})
      await Promise.race([leave(late.signal), timeout])
      late.abort()
      // Not gently: BullMQ would wait for a Redis that is away.
      await worker.close(true).catch(complaints.broken)
    },
  }
}
