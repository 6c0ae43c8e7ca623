import type { OutboxItem } from '../contracts/outbox.js'
import type { Runtime, Task } from '../contracts/runtime.js'
import type { Store } from '../contracts/store.js'
import type { PieceworkEmitter } from '../events.js'
import { isTerminal } from './machine.js'

export interface Dispatcher {
  /** Submits what a crash left over, then looks again at every interval. */
  start(): Promise<void>
  /** Resolves when nothing of it is under way. */
  stop(): Promise<void>
  /** Carries out what the outbox holds. Errors become the event `error`: the sweep tries again. */
  dispatch(): Promise<void>
}

/** Tasks that have waited this long without being begun are submitted again. */
const forgottenAfterMs = 60_000

export function createDispatcher(
  store: Store,
  runtime: Runtime,
  events: PieceworkEmitter,
  sweepMs: number,
): Dispatcher {
  let timer: NodeJS.Timeout | undefined
  let draining: Promise<void> | undefined
  let sweeping: Promise<void> | undefined
  let again = false

  const dispatch = async (): Promise<void> => {
    again = true
    draining ??= (async () => {
      try {
        while (again) {
          again = false
          await drain()
        }
      } catch (error) {
        events.emit('error', error)
      } finally {
        draining = undefined
      }
    })()
    await draining
  }

  const drain = async (): Promise<void> => {
    for (
      let items = await store.outbox.pending(100);
      items.length > 0;
      items = await store.outbox.pending(100)
    ) {
      for (const item of items) await carryOut(item)
      await store.outbox.acknowledge(items.map((item) => item.id))
    }
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
    const tasks: Task[] = nodes
      .filter((node) => node.status === 'waiting')
      .map((node) => ({ job: job.id, node: node.id, attempt: node.attempt }))
    if (job.status === 'pending') events.emit('job:status', await store.jobs.submitted(job.id))
    await runtime.submit(tasks)
  }

  const sweep = async (submittedBefore: Date): Promise<void> => {
    try {
      const tasks = await store.attempts.overdue(submittedBefore)
      if (tasks.length > 0) await runtime.submit(tasks)
    } catch (error) {
      events.emit('error', error)
    }
    await dispatch()
  }

  return {
    start: async () => {
      await sweep(new Date())
      timer = setInterval(() => {
        sweeping = sweep(new Date(Date.now() - forgottenAfterMs))
      }, sweepMs)
      timer.unref()
    },
    stop: async () => {
      clearInterval(timer)
      await sweeping
      await draining
    },
    dispatch,
  }
}
