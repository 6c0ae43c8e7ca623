import type { Environment } from '../contracts/environment.js'
import { isPieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { Runtime } from '../contracts/runtime.js'
import type { Store } from '../contracts/store.js'
import type { PieceworkEmitter } from '../events.js'
import { drainOutbox } from './drain-outbox.js'
import type { EngineSettings } from './engine-options.js'
import { SingleFlight } from './single-flight.js'
import { sweepJobs } from './sweep-jobs.js'
import { TaskSweep } from './task-sweep.js'

export interface Dispatcher {
  /** Submits what a crash has left, then sweeps at every interval. */
  start(): Promise<void>
  /** Resolves when nothing of it is under way. */
  stop(): Promise<void>
  /** Carries out what the outbox holds. Errors become the event `error`: the sweep tries again. */
  dispatch(): Promise<void>
}

export interface DispatcherDeps {
  readonly store: Store
  readonly runtime: Runtime
  readonly events: PieceworkEmitter
  readonly environment: Environment
  /** Called with the job after each change. */
  report(job: Job): void
}

export function createDispatcher(
  deps: DispatcherDeps,
  { sweepMs, resubmitAfterMs, draftTtlMs }: EngineSettings,
): Dispatcher {
  const { store, events, environment } = deps
  const [drains, jobSweeps, taskSweeps] = [new SingleFlight(), new SingleFlight(), new SingleFlight()]
  const overdue = new TaskSweep(deps)
  let stopping = new AbortController()
  let stopTimer = (): void => undefined
  let isAskedAgain = false

  /** A runtime that is being stopped refuses; another process takes the work. */
  const onError = (error: unknown): void => {
    if (!(stopping.signal.aborted && isPieceworkError(error, 'stopped'))) events.emit('error', error)
  }
  const dispatch = (): Promise<void> => {
    isAskedAgain = true
    return drains.run(async () => {
      try {
        while (isAskedAgain) {
          isAskedAgain = false
          await drainOutbox({ ...deps, onError }, stopping.signal)
        }
      } catch (error) {
        onError(error)
      }
    })
  }
  const sweepAllJobs = () => jobSweeps.run(() => sweepJobs(deps, { draftTtlMs }).catch(onError))
  const sweepTasks = (submittedBefore: Date) =>
    taskSweeps.run(async () => {
      await store.moments?.sweep().catch(onError)
      await overdue.run(submittedBefore).catch(onError)
      await dispatch()
    })
  /** What the first ends or lets begin is handed over by the second. */
  const sweep = async (): Promise<void> => {
    await sweepAllJobs()
    if (!stopping.signal.aborted) await sweepTasks(new Date(environment.now() - resubmitAfterMs))
  }

  return {
    start: async () => {
      stopping = new AbortController()
      // A store that cannot be read rejects the start; it is no matter of a sweep.
      await store.outbox.pending(1)
      await sweepAllJobs()
      await sweepTasks(new Date(environment.now()))
      if (!stopping.signal.aborted) stopTimer = environment.every(sweepMs, () => void sweep())
    },
    stop: async () => {
      stopping.abort()
      stopTimer()
      await jobSweeps.idle()
      await taskSweeps.idle()
      await drains.idle()
    },
    dispatch,
  }
}
