import type { Task } from '@piecework/core/store'

/** Who hears of errors that are nobody's result; the host's own reporting must not end the process either. */
export type OnError = (error: unknown, task?: Task) => void

export interface Complaints {
  /** Of an attempt. */
  failed(error: unknown, task: Task): void
  /** Of a connection or of the queue: the same one is told once, until all is well again. */
  broken(error: unknown): void
  /** Redis is there again. */
  mended(): void
}

export function complaints(onError: OnError = warn): Complaints {
  const told = new Set<string>()
  const tell: OnError = (...about) => {
    try {
      onError(...about)
    } catch (failure) {
      warn(failure)
    }
  }
  return {
    failed: tell,
    broken: (error) => {
      if (isPassing(error)) return
      const text = String(error)
      if (told.has(text)) return
      told.add(text)
      tell(error)
    },
    mended: () => told.clear(),
  }
}

/** BullMQ's codes for a turn that has gone: forgotten by Redis, or given to another worker. The tasks do not depend on it. */
const passing = [-1, -2, -3, -6]

const isPassing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && passing.includes(error.code as number)

const warn = (error: unknown): void => process.emitWarning(error instanceof Error ? error : String(error))
