import { randomUUID } from 'node:crypto'
import type { Lease } from '../contracts/attempts.js'
import { isPieceworkError } from '../contracts/errors.js'
import type { Finding } from '../contracts/finding.js'
import type { Job, JobError, NodeTask, Progress } from '../contracts/jobs.js'
import type { Task } from '../contracts/runtime.js'
import type { PieceworkEmitter } from '../events.js'
import type { RetentionTtls } from '../retention/expiry.js'
import { assembleTask } from '../tasks/assemble.js'
import { AttemptFindings } from '../tasks/attempt-findings.js'
import { cloneTask } from '../tasks/clone.js'
import { exportTask } from '../tasks/export.js'
import { finishTask } from '../tasks/finish.js'
import { importTask } from '../tasks/import.js'
import { shellsTask } from '../tasks/shells.js'
import { stagingKey } from '../tasks/staging.js'
import { validateTask } from '../tasks/validate.js'
import type { AttemptContext, EngineDeps, TaskRunner } from '../tasks/work.js'
import { AbandonedError, untilAbandoned } from './abandoned-error.js'
import { Attempt } from './attempt.js'
import { type NextAttempt, nextAttempt } from './backoff.js'
import type { EngineOptions } from './engine-options.js'
import { crashLimitReached, jobStopped, tooLong } from './interruption.js'
import { jobError } from './job-error.js'
import { isTerminal } from './machine.js'
import { missingRegistration } from './missing-registration.js'
import { abandonedNotice } from './time-limits.js'

const tasks: Readonly<Record<NodeTask, TaskRunner>> = {
  validate: validateTask,
  export: exportTask,
  assemble: assembleTask,
  shells: shellsTask,
  import: importTask,
  clone: cloneTask,
  finish: finishTask,
}

export interface Worker {
  /** Makes one attempt at the node. Whether something may wait in the outbox now. */
  handle(task: Task, stopping: AbortSignal): Promise<boolean>
  start(): void
  stop(): void
  /** Aborts what runs here of a job whose cancel is being recorded; nothing else is recorded of it before. */
  abort(job: string, recorded: Promise<unknown>): void
  /** Of the attempts that run in this process, by node. */
  progressOf(job: string): ReadonlyMap<string, Progress>
}

/** What a worker needs of the engine's options. */
export interface WorkerOptions
  extends Pick<EngineOptions, 'maxAttempts' | 'backoffMs' | 'nodeTimeoutMs' | 'graceMs' | 'heartbeatMs'>,
    RetentionTtls {}

/** What this process does of the jobs. `tell` is called with the job after each change. */
export function createWorker(
  parts: EngineDeps,
  events: PieceworkEmitter,
  tell: (job: Job) => void,
  options: WorkerOptions,
): Worker {
  const { attempts, reports } = parts.store
  const { maxAttempts = 3, backoffMs = 500, nodeTimeoutMs, graceMs = 5000, heartbeatMs = 500 } = options
  const worker = randomUUID()
  const running = new Set<Attempt>()
  let heart: NodeJS.Timeout | undefined

  const handle = async (task: Task, stopping: AbortSignal): Promise<boolean> => {
    const lease = await attempts.begin(task, worker)
    if (!lease) return false
    const attempt = new Attempt(lease, events)
    const stay = attempt.endsWith(stopping)
    const limit = timer(attempt)
    running.add(attempt)
    try {
      tell(lease.job)
      const { job, done } = await work(attempt)
      if (job) tell(job)
      return !(done && job && inMidstOfBatch(job, lease))
    } finally {
      clearTimeout(limit)
      running.delete(attempt)
      stay()
    }
  }

  /** The job as the attempt left it; undefined where someone else has taken the attempt over. */
  const work = async (
    attempt: Attempt,
  ): Promise<{ readonly job: Job | undefined; readonly done: boolean }> => {
    const { lease, about, signal } = attempt
    const todo: AttemptContext = {
      ...parts,
      lease,
      findings: new AttemptFindings(),
      signal,
      bytes: attempt.bytes,
      progress: (done, total) => attempt.report(done, total),
      archiveTtlMs: options.archiveTtlMs,
      retryTtlMs: options.retryTtlMs,
    }
    events.emit('node:started', about)
    try {
      if (lease.job.stopped && lease.node.task !== 'finish') attempt.interrupt(jobStopped(lease.job.error))
      attempt.interrupt(crashLimitReached(lease, maxAttempts))
      signal.throwIfAborted()
      const lack = missingRegistration(parts.registry, lease)
      if (lack) throw lack
      const job = await untilAbandoned(tasks[lease.node.task](todo), signal, graceMs)
      events.emit('node:done', { ...about, findings: todo.findings.list() })
      return { job, done: true }
    } catch (cause) {
      return { job: await failed(attempt, todo, cause), done: false }
    }
  }

  const failed = async (attempt: Attempt, todo: AttemptContext, cause: unknown): Promise<Job | undefined> => {
    const { lease, about, signal } = attempt
    // A driver may report an abort in its own words; the reason is ours.
    const aborted: unknown = signal.aborted ? signal.reason : cause
    const reason = isPieceworkError(cause, 'lease-lost') ? cause : aborted
    if (isPieceworkError(reason, 'lease-lost')) {
      if (reason.cause === undefined) await discardStaging(todo)
      return undefined
    }
    const told = jobError(reason, lease.node.id)
    const error =
      cause instanceof AbandonedError ? { ...told, message: `${told.message} ${abandonedNotice}` } : told
    const next = nextAttempt(lease, error, attempt.interruption, { maxAttempts, backoffMs })
    const retryInMs = next === 'given-back' ? 0 : next
    events.emit('node:failed', { ...about, error, cause, ...(retryInMs !== undefined && { retryInMs }) })
    await attempt.cancelRecorded()
    for (const finding of isPieceworkError(reason) ? reason.findings : []) todo.findings.add(finding)
    const job = await recorded(lease, error, next === undefined ? todo.findings.list() : [], next)
    // Only now is it certain that no commit of this attempt names what it staged.
    if (job) {
      await parts.artifacts
        .delete(stagingKey(todo))
        .catch((failure: unknown) => events.emit('error', failure))
    }
    return job
  }

  /** What an attempt has staged that somebody else has taken over goes, unless its own commit got through. */
  const discardStaging = async (todo: AttemptContext): Promise<void> => {
    const { job, node } = todo.lease
    const key = stagingKey(todo)
    try {
      const now = await reports.node(job.id, node.id)
      if (now?.entries?.some(({ artifact }) => artifact.startsWith(`${key}/`))) return
      await parts.artifacts.delete(key)
    } catch (failure) {
      events.emit('error', failure)
    }
  }

  /** Undefined where someone else has the lease. What cannot be stored must not keep the job for ever. */
  const recorded = async (
    lease: Lease,
    error: JobError,
    findings: readonly Finding[],
    next: NextAttempt,
  ): Promise<Job | undefined> => {
    try {
      return await attempts.fail(lease, error, findings, next)
    } catch (failure) {
      if (isPieceworkError(failure, 'lease-lost')) return undefined
      if (findings.length === 0 || jobError(failure, lease.node.id).retryable) throw failure
      events.emit('error', failure)
      return recorded(lease, error, [], next)
    }
  }

  const timer = (attempt: Attempt): NodeJS.Timeout | undefined => {
    if (nodeTimeoutMs === undefined) return undefined
    return setTimeout(() => attempt.interrupt(tooLong(attempt.lease, nodeTimeoutMs)), nodeTimeoutMs)
  }

  /** All at once, so that the store can do it in one step. */
  const beatAll = (): void => {
    for (const attempt of running) void attempt.beat(attempts)
  }

  const ofJob = (job: string): Attempt[] => [...running].filter(({ lease }) => lease.job.id === job)

  return {
    handle,
    start: () => {
      heart ??= setInterval(beatAll, heartbeatMs).unref()
    },
    stop: () => {
      clearInterval(heart)
      heart = undefined
    },
    abort: (job, cancelRecorded) => {
      for (const attempt of ofJob(job)) {
        if (attempt.lease.node.task !== 'finish') attempt.cancel(cancelRecorded)
      }
    },
    progressOf: (job) =>
      new Map(
        ofJob(job).flatMap(({ lease, progress }) => (progress ? [[lease.node.id, progress] as const] : [])),
      ),
  }
}

/** Nothing follows from a node that was done while others of its batch are not. */
function inMidstOfBatch({ batch, status }: Job, { node }: Lease): boolean {
  return batch === node.batch && !isTerminal(status)
}
