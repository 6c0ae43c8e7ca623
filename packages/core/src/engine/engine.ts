import type { Job } from '../contracts/jobs.js'
import type { Progress } from '../contracts/nodes.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { Runtime } from '../contracts/runtime.js'
import { type PieceworkEmitter, statusReporter } from '../events.js'
import { createRetentionSweeper } from '../retention/retention-sweeper.js'
import { createTemporarySweeper } from '../temporary/temporary-sweeper.js'
import { createDispatcher } from './dispatcher.js'
import type { EngineDeps } from './engine-deps.js'
import { type EngineOptions, engineSettings } from './engine-options.js'
import { createWorker } from './worker.js'

export interface Engine {
  start(): Promise<void>
  /** Waits up to `drainMs` for running attempts; the others are given back. */
  stop(options?: { readonly drainMs?: number }): Promise<void>
  /**
   * Hands over what the outbox holds, once the engine has started; called after every change of this process.
   * Errors are events.
   */
  handOver(): void
  /** Aborts what runs here of a job whose cancel is being recorded; nothing else is recorded of it before. */
  abort(job: string, recorded: Promise<unknown>): void
  /** Emits the job's status unless that was emitted before. */
  report(job: Job): void
  /** Of the attempts that run in this process, by node. */
  progressOf(job: string): ReadonlyMap<string, Progress>
  /** The archives of this resource expire. */
  forget(resource: ResourceRef): Promise<void>
}

/**
 * A worker that makes attempts, a dispatcher that hands nodes over, a sweeper that deletes, around one
 * runtime.
 */
export function createEngine(
  engineDeps: EngineDeps,
  runtime: Runtime,
  events: PieceworkEmitter,
  options: EngineOptions = {},
): Engine {
  const settings = engineSettings(options)
  const report = statusReporter(events)
  const deps = { ...engineDeps, runtime, events, report }
  const worker = createWorker(deps, settings)
  const dispatcher = createDispatcher(deps, settings)
  const sweeper = createRetentionSweeper(deps, settings)
  const temporary = createTemporarySweeper(events, settings.orphanSweepMs)
  let isStarted = false

  return {
    start: async () => {
      isStarted = true
      worker.start()
      await runtime.start(async (task, stopping) => {
        if (await worker.handle(task, stopping)) await dispatcher.dispatch()
      })
      await dispatcher.start()
      sweeper.start()
      temporary.start()
    },
    stop: async (drain) => {
      isStarted = false
      temporary.stop()
      await dispatcher.stop()
      await runtime.stop(drain)
      worker.stop()
      await sweeper.stop()
      await engineDeps.store.moments?.release().catch((error: unknown) => void events.emit('error', error))
    },
    handOver: () => {
      if (isStarted) void dispatcher.dispatch()
    },
    forget: (resource) => sweeper.forget(resource),
    report,
    abort: worker.abort,
    progressOf: worker.progressOf,
  }
}
