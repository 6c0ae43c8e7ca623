import type { Task } from '@piecework/core'
import type { BulkJobOptions, Queue } from 'bullmq'
import { type Turn, turnPrefix } from './turn.js'
import type { Look, Waiting } from './waiting.js'

/** What BullMQ carries: a turn, or the news that delayed tasks of a job are due. */
export type Ticket = Turn | { readonly job: string; readonly slot?: never }

/** Tasks of jobs, and the turns that they call for. */
export interface Turns {
  add(job: string, tasks: readonly Task[], delayMs: number): Promise<void>
  /** The first time in a turn also sees to it that somebody takes the next task, where a slot is free. */
  take(job: string, first: boolean): Promise<Task | undefined>
  /** When a turn has ended: what came meanwhile may have counted on it. */
  ended(job: string): Promise<void>
  /** When delayed tasks may run. */
  due(job: string): Promise<void>
}

const gone = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const

export function turns(queue: Queue<Ticket>, waiting: Waiting): Turns {
  const open = async ({ turns }: Look): Promise<void> => {
    if (turns.length > 0) await queue.addBulk(turns.map(ticket))
  }
  const wake = async (job: string, delay: number): Promise<void> => {
    // Tasks of one job that are due at about the same time need to be told of once.
    const jobId = `due-${encodeURIComponent(job)}-${Math.ceil((Date.now() + delay) / 100)}`
    await queue.add('due', { job }, { ...gone, delay, jobId })
  }
  return {
    add: async (job, tasks, delayMs) => {
      await open(await waiting.put(job, tasks, delayMs))
      if (delayMs > 0) await wake(job, delayMs)
    },
    take: async (job, first) => {
      const look = await waiting.take(job, first ? 1 : 0)
      await open(look)
      return look.task
    },
    ended: async (job) => open(await waiting.put(job, [], 0, 1)),
    due: async (job) => {
      const look = await waiting.put(job, [], 0)
      await open(look)
      // The clocks of Redis and of workers differ: who comes too early comes again.
      if (look.nextInMs !== undefined) await wake(job, look.nextInMs)
    },
  }
}

/** A job's first turn comes before the second of any other, so that all have the same share. */
function ticket(turn: Turn): { name: string; data: Ticket; opts: BulkJobOptions } {
  return {
    name: 'turn',
    data: turn,
    opts: { ...gone, jobId: `${turnPrefix(turn.job)}${turn.slot}`, priority: turn.slot },
  }
}
