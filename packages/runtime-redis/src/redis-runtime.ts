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
import { attempts } from './attempts.js'
import { complaints, type OnError } from './complaints.js'
import type { RedisConnection } from './connection.js'
import { openSession, type Session } from './session.js'
import { mostSlots } from './turn.js'
import type { Turns } from './turns.js'
import { unavailable, within } from './within.js'
import type { TurnWorker } from './worker.js'

export interface RedisRuntimeOptions {
  readonly connection: RedisConnection
  /** What processes that share their work have in common. No colon. Default `piecework`. */
  readonly queue?: string
  /** Tasks that run at once in this process. Default 4. */
  readonly concurrency?: number
  /** Tasks of one job that run at once, in all processes together, which should agree. Default 64. */
  readonly perJob?: number
  /** Told of attempts whose outcome could not be recorded, and of Redis, once an outage. Default: a process warning. */
  readonly onError?: OnError
}

const redisChecks: OptionChecks<RedisRuntimeOptions> = {
  connection: required((value, place) =>
    typeof value === 'string' ? check.text(value, place) : (check.json(value, place) as RedisConnection),
  ),
  queue: check.text,
  concurrency: check.count,
  perJob: check.wholeNumber(1, mostSlots),
  onError: check.func(),
}

/** How long Redis may take to accept tasks, or a worker. */
const patienceMs = 5000

/**
 * Runs tasks in all processes that have started one over the same Redis. Redis keeps ids, and may lose them: the sweep brings
 * them back. `start` and `submit` reject with `redis/unavailable` within seconds where Redis does not answer. A stopped runtime stays
 * stopped.
 */
export function redisRuntime(given: RedisRuntimeOptions): Runtime {
  const options = checkOptions('redisRuntime()', given, redisChecks)
  const { connection, queue = 'piecework', concurrency = 4, perJob = 64 } = options
  refuseUnless(!/[:{}]/.test(queue), `queue must be a name without colon, not "${queue}"`)
  const told = complaints(options.onError)
  const running = attempts(told)
  let session: Session | undefined
  let worker: Promise<TurnWorker> | undefined
  let stopping: Promise<void> | undefined

  const opened = (): Session => {
    if (stopping) throw stopped()
    session ??= openSession({ connection, queue, perJob, complaints: told })
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
        await within(patienceMs, worker)
      } catch (error) {
        worker.then((late) => late.drain().then(late.close), told.broken)
        worker = undefined
        throw unavailable(error)
      }
    },

    async submit(tasks: readonly Task[], asked) {
      const { delayMs = 0 } = checkOptions('submit()', asked, { delayMs: check.wait })
      const { turns } = opened()
      try {
        await within(patienceMs, add(turns(), tasks, Math.ceil(delayMs)))
      } catch (error) {
        throw unavailable(error)
      }
    },

    async stop(asked) {
      const { drainMs = 0 } = checkOptions('stop()', asked, { drainMs: check.wait })
      stopping ??= close()
      running.abortAfter(drainMs, stopped())
      await stopping
    },
  }
}

async function add(turns: Promise<Turns>, tasks: readonly Task[], delayMs: number): Promise<void> {
  const jobs = new Map<string, Task[]>()
  for (const task of tasks) {
    const before = jobs.get(task.job)
    if (before) before.push(task)
    else jobs.set(task.job, [task])
  }
  const to = await turns
  for (const [job, of] of jobs) await to.add({ job, priority: of[0]?.priority ?? 0 }, of, delayMs)
}

const stopped = (): PieceworkError => new PieceworkError('stopped', 'This runtime was stopped')

function refuseUnless(allowed: boolean, message: string): void {
  if (!allowed) throw new PieceworkError('options-invalid', message)
}
