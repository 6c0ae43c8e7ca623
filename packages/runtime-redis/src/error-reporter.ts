import { callHost, repeatedWarning, type Task } from '@piecework/core/store'

/** Receives errors that are no result of a call. What it throws or rejects with becomes a process warning. */
export type OnError = (error: unknown, task?: Task) => void

export interface ErrorReporter {
  /** The attempt has ended, and its outcome could not be recorded. */
  reportTask(error: unknown, task: Task): void
  /** Of a connection or of the queue: the same error once, until `reset`. */
  report(error: unknown): void
  /** Redis has answered again. */
  reset(): void
}

export function errorReporter(onError: OnError = repeatedWarning()): ErrorReporter {
  const reported = new Set<string>()
  const call: OnError = (...args) => callHost(() => onError(...args))
  return {
    reportTask: call,
    report: (error) => {
      if (isLostSlot(error)) return
      const text = String(error)
      if (reported.has(text)) return
      reported.add(text)
      call(error)
    },
    reset: () => reported.clear(),
  }
}

/**
 * BullMQ's codes for a slot that is gone: Redis has forgotten it, or another worker has it. No task depends
 * on it.
 */
const lostSlotCodes = [-1, -2, -3, -6]

const isLostSlot = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && lostSlotCodes.includes(error.code as number)
