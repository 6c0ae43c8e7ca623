import { isPieceworkError } from '../contracts/errors.js'
import type { Job, JobError } from '../contracts/jobs.js'
import type { OutboxItem } from '../contracts/outbox.js'
import type { Runtime, Task } from '../contracts/runtime.js'
import type { Store } from '../contracts/store.js'
import type { PieceworkEmitter } from '../events.js'
import { isTerminal } from './machine.js'
import { taskOf } from './task-of.js'

export interface Dispatcher {
  /** Submits what a crash left over, then looks again at every interval. */
  start(): Promise<void>
  /** Resolves when nothing of it is under way. */
  stop(): Promise<void>
  /** Carries out what the outbox holds. Errors become the event `error`: the sweep tries again. */
  dispatch(): Promise<void>
}

const abandoned: JobError = {
  code: 'expired',
  message: 'Nobody has gone on with this import for too long; its uploads have been removed.',
  retryable: false,
}

interface DispatcherOptions {
  readonly sweepMs: number
  readonly resubmitAfterMs: number
  readonly draftTtlMs: number
}

export function createDispatcher(
  store: Store,
  runtime: Runtime,
  events: PieceworkEmitter,
  tell: (job: Job) => void,
  { sweepMs, resubmitAfterMs, draftTtlMs }: DispatcherOptions,
): Dispatcher {
  let timer: NodeJS.Timeout | undefined
  let draining: Promise<void> | undefined
  let sweeping: Promise<void> | undefined
  let limiting: Promise<void> | undefined
  let stopped = false
  let again = false
  /** Overdue, but not accepted by the runtime yet: the store takes them for submitted. */
  let unsent: readonly Task[] = []

  const dispatch = async (): Promise<void> => {
    again = true
    draining ??= (async () => {
      try {
        while (again) {
          again = false
          await drain()
        }
      } catch (error) {
        report(error)
      } finally {
        draining = undefined
      }
    })()
    await draining
  }

  /** What cannot be carried out stays for the next sweep, and holds nothing else up. */
  const drain = async (): Promise<void> => {
    const stuck = new Set<string>()
    for (;;) {
      const items = (await store.outbox.pending(100 + stuck.size)).filter((item) => !stuck.has(item.id))
      if (items.length === 0) return
      const done: string[] = []
      for (const item of items) {
        // A runtime that does not answer would hold up the stop with each item.
        if (stopped) break
        try {
          await carryOut(item)
          done.push(item.id)
        } catch (error) {
          stuck.add(item.id)
          report(error)
        }
      }
      if (done.length > 0) await store.outbox.acknowledge(done)
      if (stopped) return
    }
  }

  /** A runtime that is being stopped refuses; another process takes the work. */
  const report = (error: unknown): void => {
    if (!(stopped && isPieceworkError(error, 'stopped'))) events.emit('error', error)
  }

  const carryOut = async ({ action }: OutboxItem): Promise<void> => {
    if (action.type === 'task') {
      const delayMs = Math.max(0, action.notBefore.getTime() - Date.now())
      await runtime.submit([action.task], { delayMs })
      return
    }
    const job = await store.jobs.get(action.job)
    if (!job || isTerminal(job.status)) return
    const nodes = await store.reports.nodes(job.id, action.batch)
    // An attempt after the first has an item of its own, with the time from which it may begin.
    const first = nodes.filter(({ task, attempt }) => attempt === 1 || task === 'finish')
    const tasks: Task[] = first.filter(({ status }) => status === 'waiting').map((node) => taskOf(job, node))
    if (job.status === 'pending') tell(await store.jobs.submitted(job.id))
    await runtime.submit(tasks)
  }

  /** What needs no runtime: that may be away, and take seconds to refuse each task. */
  const limit = async (): Promise<void> => {
    try {
      for (const job of await store.limits.expire()) tell(job)
      await store.limits.admit()
      for (const id of await store.drafts.idle(new Date(Date.now() - draftTtlMs))) {
        tell(await store.jobs.cancel(id, abandoned))
      }
    } catch (error) {
      report(error)
    }
  }

  const sweep = async (submittedBefore: Date): Promise<void> => {
    try {
      if (unsent.length === 0) unsent = await store.attempts.overdue(submittedBefore)
      if (unsent.length > 0) await runtime.submit(unsent)
      unsent = []
    } catch (error) {
      report(error)
    }
    await dispatch()
  }

  /** One at a time, however long it takes. */
  const limitOnce = (): Promise<void> => {
    limiting ??= limit().finally(() => {
      limiting = undefined
    })
    return limiting
  }
  const sweepOnce = (submittedBefore: Date): Promise<void> => {
    sweeping ??= sweep(submittedBefore).finally(() => {
      sweeping = undefined
    })
    return sweeping
  }
  const look = (): void => {
    // What that ends or lets begin is handed over with the same look.
    void limitOnce().then(() => (stopped ? undefined : sweepOnce(new Date(Date.now() - resubmitAfterMs))))
  }

  return {
    start: async () => {
      stopped = false
      // A store that cannot be read is told to whoever starts, not to the sweep.
      await store.outbox.pending(1)
      await limitOnce()
      await sweepOnce(new Date())
      if (stopped) return
      timer = setInterval(look, sweepMs)
      timer.unref()
    },
    stop: async () => {
      stopped = true
      clearInterval(timer)
      await limiting
      await sweeping
      await draining
    },
    dispatch,
  }
}
