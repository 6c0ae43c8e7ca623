import type { Lease } from '../contracts/attempts.js'
import type { Job } from '../contracts/jobs.js'
import type { Progress } from '../contracts/nodes.js'
import type { Task } from '../contracts/runtime.js'
import { Attempt } from './attempt.js'
import { attemptSettings } from './attempt-settings.js'
import type { EngineSettings } from './engine-options.js'
import { isTerminal, outlivesStop } from './machine.js'
import { runAttempt } from './run-attempt.js'
import type { WorkerDeps } from './worker-deps.js'

export interface Worker {
  /** Makes one attempt at the node. Resolves to whether something may wait in the outbox now. */
  handle(task: Task, stopping: AbortSignal): Promise<boolean>
  start(): void
  stop(): void
  /** Aborts what runs here of a job whose cancel is being recorded; nothing else is recorded of it before. */
  abort(job: string, recorded: Promise<unknown>): void
  /** Of the attempts that run in this process, by node. */
  progressOf(job: string): ReadonlyMap<string, Progress>
}

/** Makes this process's attempts. */
export function createWorker(deps: WorkerDeps, settings: EngineSettings): Worker {
  const { environment, report, events } = deps
  const { attempts } = deps.store
  const { heartbeatMs } = settings
  const worker = environment.uuid()
  const running = new Set<Attempt>()
  let stopHeartbeat: (() => void) | undefined

  /** All at once, so that the store can do it in one step. */
  const beatAll = (): void => {
    for (const attempt of running) void attempt.beat(attempts)
  }
  const onError = (error: unknown) => void events.emit('error', error)
  const ofJob = (job: string): Attempt[] => [...running].filter(({ lease }) => lease.job.id === job)

  return {
    handle: async (task, stopping) => {
      const lease = await attempts.begin(task, worker)
      if (!lease) return false
      const attempt = new Attempt(lease, deps)
      const own = attemptSettings(deps, settings, lease)
      const unlimit = attempt.limit(stopping, own.nodeTimeoutMs)
      running.add(attempt)
      try {
        // The end of the job was reported when it ended.
        const isFollowUp = lease.node.task === 'follow-up'
        if (!isFollowUp) report(lease.job)
        const { job, done, leftToOthers } = await runAttempt(deps, own, attempt)
        if (job && !isFollowUp) report(job)
        if (job?.kind === 'export') void deps.store.moments?.seen(job).catch(onError)
        // Handed over at once, it would come back to this worker.
        if (leftToOthers && job && (!job.outcome || outlivesStop(lease.node.task))) return false
        return !(done && job && isAmidBatch(job, lease))
      } finally {
        running.delete(attempt)
        unlimit()
      }
    },
    start: () => {
      stopHeartbeat ??= environment.every(heartbeatMs, beatAll)
    },
    stop: () => {
      stopHeartbeat?.()
      stopHeartbeat = undefined
    },
    abort: (job, cancelRecorded) => {
      for (const attempt of ofJob(job)) {
        if (!outlivesStop(attempt.lease.node.task)) attempt.cancel(cancelRecorded)
      }
    },
    progressOf: (job) =>
      new Map(
        ofJob(job).flatMap(({ lease, progress }) => (progress ? [[lease.node.id, progress] as const] : [])),
      ),
  }
}

/** Nothing follows from a node that is done while others of its batch are not, unless it adds some. */
function isAmidBatch({ batch, status }: Job, { node }: Lease): boolean {
  return batch === node.batch && !isTerminal(status) && node.task !== 'plan'
}
