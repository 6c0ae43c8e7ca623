import type { Task } from '@piecework/core/store'
import type { BulkJobOptions, Queue } from 'bullmq'
import { bullPriority, type Due, type Turn, turnPrefix } from './turn.js'
import type { Look, Waiting } from './waiting.js'

/** What BullMQ carries: a turn, or the news that delayed tasks of a job are due. */
export type Ticket = Turn | (Due & { readonly slot?: never })

/** Tasks of jobs, and the turns that they call for. */
export interface Turns {
  add(of: Due, tasks: readonly Task[], delayMs: number): Promise<void>
  /** The first time in a turn also sees to it that somebody takes the next task, where a slot is free. */
  take(of: Due, first: boolean): Promise<Task | undefined>
  /** When a turn has ended: what came meanwhile may have counted on it. */
  ended(of: Due): Promise<void>
  /** When delayed tasks may run. */
  due(of: Due): Promise<void>
}

const gone = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const

/** @internal */
export function turns(queue: Queue<Ticket>, waiting: Waiting): Turns {
  const open = async ({ job, priority }: Due, { slots }: Look): Promise<void> => {
    if (slots.length > 0) await queue.addBulk(slots.map((slot) => ticket({ job, priority, slot })))
  }
  const wake = async ({ job, priority }: Due, delay: number): Promise<void> => {
    // Tasks of one job that are due at about the same time need to be told of once.
    const jobId = `due-${encodeURIComponent(job)}-${Math.ceil((Date.now() + delay) / 100)}`
    await queue.add('due', { job, priority }, { ...gone, delay, jobId })
  }
  return {
    add: async (of, tasks, delayMs) => {
      await open(of, await waiting.put(of.job, tasks, delayMs))
      if (delayMs > 0) await wake(of, delayMs)
    },
    take: async (of, first) => {
      const look = await waiting.take(of.job, first ? 1 : 0)
      await open(of, look)
      return look.task
    },
    ended: async (of) => open(of, await waiting.put(of.job, [], 0, 1)),
    due: async (of) => {
      const look = await waiting.put(of.job, [], 0)
      await open(of, look)
      // The clocks of Redis and of workers differ: who comes too early comes again.
      if (look.nextInMs !== undefined) await wake(of, look.nextInMs)
    },
  }
}

function ticket(turn: Turn): { name: string; data: Ticket; opts: BulkJobOptions } {
  return {
    name: 'turn',
    data: turn,
    opts: { ...gone, jobId: `${turnPrefix(turn.job)}${turn.slot}`, priority: bullPriority(turn) },
  }
}
