import type { Task } from '@piecework/core/store'
import type { BulkJobOptions, Queue } from 'bullmq'
import { defaults } from './defaults.js'
import type { PendingTasks } from './pending-tasks.js'
import { bullPriority, type QueuedJob, type QueueMessage, slotPrefix } from './slot.js'

/** Tasks of jobs, with as many slots in BullMQ as they need. */
export interface TaskQueue {
  add(job: QueuedJob, tasks: readonly Task[], delayMs: number): Promise<void>
  /**
   * Undefined if no task is ready. The first time in a slot, adds the next slot if more tasks are ready and
   * one is free.
   */
  take(job: QueuedJob, first: boolean): Promise<Task | undefined>
  /** Call when a slot is over: tasks that came meanwhile may need it. */
  slotEnded(job: QueuedJob): Promise<void>
  /** Call when delayed tasks may be due. */
  wake(job: QueuedJob): Promise<void>
}

const keepNothing = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const

/** @internal */
export function taskQueue(queue: Queue<QueueMessage>, pending: PendingTasks): TaskQueue {
  const addSlots = async ({ job, priority }: QueuedJob, slots: readonly number[]): Promise<void> => {
    if (slots.length > 0) await queue.addBulk(slots.map((slot) => slotMessage({ job, priority }, slot)))
  }
  const addWakeup = async ({ job, priority }: QueuedJob, delay: number): Promise<void> => {
    const dueAt = Math.ceil((Date.now() + delay) / defaults.wakeupGrainMs)
    const jobId = `wakeup-${encodeURIComponent(job)}-${dueAt}`
    await queue.add('wakeup', { job, priority }, { ...keepNothing, delay, jobId })
  }
  return {
    add: async (job, tasks, delayMs) => {
      const { freeSlots } = await pending.add(job.job, tasks, delayMs)
      await addSlots(job, freeSlots)
      if (delayMs > 0) await addWakeup(job, delayMs)
    },
    take: async (job, first) => {
      const { task, freeSlots } = await pending.take(job.job, first ? 1 : 0)
      await addSlots(job, freeSlots)
      return task
    },
    slotEnded: async (job) => {
      const { freeSlots } = await pending.add(job.job, [], 0, 1)
      await addSlots(job, freeSlots)
    },
    wake: async (job) => {
      const { freeSlots, nextInMs } = await pending.add(job.job, [], 0)
      await addSlots(job, freeSlots)
      // The clocks of Redis and of workers differ: a wakeup that came too early is followed by another one.
      if (nextInMs !== undefined) await addWakeup(job, nextInMs)
    },
  }
}

function slotMessage(
  { job, priority }: QueuedJob,
  slot: number,
): { name: string; data: QueueMessage; opts: BulkJobOptions } {
  const data = { job, priority, slot }
  return {
    name: 'slot',
    data,
    opts: { ...keepNothing, jobId: `${slotPrefix(job)}${slot}`, priority: bullPriority(data) },
  }
}
