import type { Job, Progress } from '../contracts/jobs.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { Runtime } from '../contracts/runtime.js'
import { type PieceworkEmitter, statusReporter } from '../events.js'
import { createRetentionSweeper } from '../retention/retention-sweeper.js'
import type { EngineDeps } from '../tasks/work.js'
import { createDispatcher } from './dispatcher.js'
import type { EngineOptions } from './engine-options.js'
import { createWorker } from './worker.js'

export interface Engine {
  start(): Promise<void>
  /** Waits up to `drainMs` for running attempts; the others are given back. */
  stop(options?: { readonly drainMs?: number }): Promise<void>
  /** Hands over what the outbox holds; called after every change of this process. */
  dispatch(): Promise<void>
  /** Aborts what runs here of a job whose cancel is being recorded; nothing else is recorded of it before. */
  abort(job: string, recorded: Promise<unknown>): void
  /** Emits the job's status unless it was told before. */
  report(job: Job): void
  /** Of the attempts that run in this process, by node. */
  progressOf(job: string): ReadonlyMap<string, Progress>
  /** The archives of this resource expire. */
  forget(resource: ResourceRef): Promise<void>
}

const hour = 60 * 60 * 1000
const day = 24 * hour

/** A worker that makes attempts, a dispatcher that hands nodes over, a keeper that clears away, around one runtime. */
export function createEngine(
  parts: EngineDeps,
  runtime: Runtime,
  events: PieceworkEmitter,
  options: EngineOptions = {},
): Engine {
  const {
    sweepMs = 2000,
    resubmitAfterMs = 60_000,
    draftTtlMs = 7 * day,
    archiveTtlMs = 7 * day,
    retryTtlMs = day,
    orphanSweepMs = hour,
  } = options
  const report = statusReporter(events)
  const worker = createWorker(parts, events, report, { ...options, archiveTtlMs, retryTtlMs })
  const dispatcher = createDispatcher(parts.store, runtime, events, report, {
    sweepMs,
    resubmitAfterMs,
    draftTtlMs,
  })
  const keeper = createRetentionSweeper(parts, events, { sweepMs, orphanSweepMs })

  return {
    start: async () => {
      worker.start()
      await runtime.start(async (task, stopping) => {
        if (await worker.handle(task, stopping)) await dispatcher.dispatch()
      })
      await dispatcher.start()
      keeper.start()
    },
    stop: async (drain) => {
      await dispatcher.stop()
      await runtime.stop(drain)
      worker.stop()
      await keeper.stop()
    },
    dispatch: () => dispatcher.dispatch(),
    forget: (resource) => keeper.forget(resource),
    report,
    abort: worker.abort,
    progressOf: worker.progressOf,
  }
}
