import {
  check,
  checkOptions,
  type OptionChecks,
  PieceworkError,
  type Runtime,
  required,
  type Task,
  type TaskHandler,
} from '@piecework/core/store'
import type { RedisConnection } from './connection.js'
import { defaults } from './defaults.js'
import { errorReporter, type OnError } from './error-reporter.js'
import { runningTasks } from './running-tasks.js'
import { openSession, type Session } from './session.js'
import type { SlotWorker } from './slot-worker.js'
import type { TaskQueue } from './task-queue.js'
import { unavailable } from './unavailable.js'
import { within } from './within.js'

export interface RedisRuntimeOptions {
  readonly connection: RedisConnection
  /** Name that processes which share their work have in common. No colon. Default `piecework`. */
  readonly queue?: string
  /** Tasks that run at once in this process. Default 4. */
  readonly concurrency?: number
  /**
   * Tasks of one job that run at once in all processes together, which should all set the same. Default 64,
   * at most 1000.
   */
  readonly perJob?: number
  /**
   * Called for each attempt whose outcome could not be recorded, and, without a task, once for each outage of
   * Redis. Default: a process warning.
   */
  readonly onError?: OnError
}

const redisChecks: OptionChecks<RedisRuntimeOptions> = {
  connection: required((value, place) =>
    typeof value === 'string' ? check.text(value, place) : (check.json(value, place) as RedisConnection),
  ),
  queue: check.text,
  concurrency: check.count,
  perJob: check.wholeNumber(1, defaults.maxPerJob),
  onError: check.func(),
}

/**
 * Runs tasks in all processes that have started a runtime over the same Redis. Redis keeps ids only, and may
 * lose them: the sweep submits them again. `start` and `submit` reject with `redis/unavailable` within
 * seconds if Redis does not answer. A stopped runtime stays stopped.
 */
export function redisRuntime(given: RedisRuntimeOptions): Runtime {
  const options = checkOptions('redisRuntime()', given, redisChecks)
  const {
    connection,
    queue = defaults.queue,
    concurrency = defaults.concurrency,
    perJob = defaults.perJob,
  } = options
  refuseUnless(!/[:{}]/.test(queue), `queue must be a name without colon, not "${queue}"`)
  const reporter = errorReporter(options.onError)
  const running = runningTasks(reporter)
  let session: Session | undefined
  let worker: Promise<SlotWorker> | undefined
  let stopping: Promise<void> | undefined

  const opened = (): Session => {
    if (stopping) throw stopped()
    session ??= openSession({ connection, queue, perJob, reporter })
    return session
  }

  const close = async (): Promise<void> => {
    const started = await worker?.catch(() => undefined)
    await Promise.all([started?.drain(), running.ended()])
    await started?.close()
    await session?.close()
  }

  return {
    async start(handle: TaskHandler) {
      const { work } = opened()
      refuseUnless(worker === undefined, 'This runtime has already been started')
      worker = work(concurrency, (task) => running.run(task, handle))
      try {
        await within(defaults.responseTimeoutMs, worker)
      } catch (error) {
        worker.then((late) => late.drain().then(late.close), reporter.report)
        worker = undefined
        throw unavailable(error)
      }
    },

    async submit(tasks: readonly Task[], options) {
      const { delayMs = 0 } = checkOptions('submit()', options, { delayMs: check.duration })
      const opening = opened().tasks
      try {
        await within(defaults.responseTimeoutMs, add(opening(), tasks, Math.ceil(delayMs)))
      } catch (error) {
        throw unavailable(error)
      }
    },

    async stop(options) {
      const { drainMs = defaults.drainMs } = checkOptions('stop()', options, { drainMs: check.duration })
      stopping ??= close()
      running.abortAfter(drainMs, stopped())
      await stopping
    },
  }
}

async function add(queue: Promise<TaskQueue>, tasks: readonly Task[], delayMs: number): Promise<void> {
  const byJob = new Map<string, Task[]>()
  for (const task of tasks) {
    const others = byJob.get(task.job)
    if (others) others.push(task)
    else byJob.set(task.job, [task])
  }
  const to = await queue
  for (const [job, ofJob] of byJob) await to.add({ job, priority: ofJob[0]?.priority ?? 0 }, ofJob, delayMs)
}

const stopped = (): PieceworkError => new PieceworkError('stopped', 'This runtime was stopped')

function refuseUnless(allowed: boolean, message: string): void {
  if (!allowed) throw new PieceworkError('options-invalid', message)
}
