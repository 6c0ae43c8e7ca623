import {
  callHost,
  check,
  checkOptions,
  type Environment,
  type OptionChecks,
  PieceworkError,
  type Runtime,
  repeatedWarning,
  type Task,
  type TaskHandler,
} from '@piecework/core/store'
import PQueue from 'p-queue'
import { defaults } from './defaults.js'
import { timers } from './timers.js'

export interface InProcessOptions {
  /** Tasks that run at once. Default 4. */
  readonly concurrency?: number
  /**
   * Called once for each attempt whose outcome could not be recorded; the sweep tries it again. Default: a
   * process warning.
   */
  readonly onError?: (error: unknown, task: Task) => void
  /** Timers, for tests and simulations. Default: those of this process. */
  readonly environment?: Environment
}

const inProcessChecks: OptionChecks<InProcessOptions> = {
  concurrency: check.count,
  onError: check.func(),
  environment: check.environment,
}
const submitChecks = { delayMs: check.duration }
const stopChecks = { drainMs: check.duration }

/**
 * Runs tasks in this process. Keeps those that were submitted before `start`, and forgets those that wait
 * when it is stopped. A stopped runtime stays stopped. A process can end while nothing is submitted, but not
 * while a task waits for its delay.
 */
export function inProcess(options?: InProcessOptions): Runtime {
  const {
    concurrency = defaults.concurrency,
    onError = repeatedWarning(),
    environment,
  } = checkOptions('inProcess()', options, inProcessChecks)
  const queue = new PQueue({ concurrency, autoStart: false })
  const running = new Set<AbortController>()
  const after: Environment['after'] | undefined =
    environment && ((ms, callback) => environment.after(ms, callback))
  const delays = timers(after)
  let isStopped = false
  let handler: TaskHandler | undefined

  const attempt = async (task: Task): Promise<void> => {
    const controller = new AbortController()
    running.add(controller)
    try {
      await handler?.(task, controller.signal)
    } catch (error) {
      callHost(() => onError(error, task))
    } finally {
      running.delete(controller)
    }
  }
  // `attempt` never rejects, and neither does what p-queue makes of it.
  const enqueue = (task: Task): void => void queue.add(() => attempt(task), { priority: task.priority ?? 0 })

  return {
    async start(handle) {
      if (isStopped) throw stopped()
      if (handler) throw new PieceworkError('options-invalid', 'This runtime has already been started')
      handler = handle
      queue.start()
    },

    async submit(tasks, options) {
      const { delayMs = 0 } = checkOptions('submit()', options, submitChecks)
      if (isStopped) throw stopped()
      if (delayMs > 0) delays.add(delayMs, () => tasks.forEach(enqueue))
      else tasks.forEach(enqueue)
    },

    async stop(options) {
      const { drainMs = defaults.drainMs } = checkOptions('stop()', options, stopChecks)
      isStopped = true
      delays.clear()
      queue.pause()
      queue.clear()
      const drain = timers(after)
      drain.add(drainMs, () => running.forEach(abort))
      await queue.onPendingZero()
      drain.clear()
    },
  }
}

const stopped = (): PieceworkError => new PieceworkError('stopped', 'This runtime was stopped')

const abort = (controller: AbortController): void => controller.abort(stopped())
