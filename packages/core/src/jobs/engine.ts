import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { Lease, Progress } from '../contracts/attempts.js'
import { isPieceworkError } from '../contracts/errors.js'
import type { Finding } from '../contracts/finding.js'
import type { Job, JobError, NodeTask } from '../contracts/jobs.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { Runtime, Task } from '../contracts/runtime.js'
import { type PieceworkEmitter, statusTeller } from '../events.js'
import { createDispatcher } from './dispatch.js'
import { jobError } from './failure.js'
import { FindingList } from './finding-list.js'
import { GivenUp, untilGivenUp } from './given-up.js'
import { type Interruption, jobStopped, tooDeadly, tooLong, workerStops } from './interruption.js'
import { createKeeper } from './keeper.js'
import { isTerminal } from './machine.js'
import { stagingKey } from './staging.js'
import { assembleTask } from './tasks/assemble.js'
import { cloneTask } from './tasks/clone.js'
import { exportTask } from './tasks/export.js'
import { finishTask } from './tasks/finish.js'
import { importTask } from './tasks/import.js'
import { shellsTask } from './tasks/shells.js'
import { validateTask } from './tasks/validate.js'
import { assertCount } from './terms.js'
import { wentOn } from './time-limits.js'
import type { Parts, TaskOf, Work } from './work.js'

const tasks: Readonly<Record<NodeTask, TaskOf>> = {
  validate: validateTask,
  export: exportTask,
  assemble: assembleTask,
  shells: shellsTask,
  import: importTask,
  clone: cloneTask,
  finish: finishTask,
}

export interface EngineOptions {
  /** Attempts at one node, where errors are worth another. Default 3. */
  readonly maxAttempts?: number
  /** Wait before the second attempt; doubles each time, up to a minute. Default 500 ms. */
  readonly backoffMs?: number
  /** The longest time of one attempt at a piece; then the piece fails with `timeout`. Default: none. */
  readonly nodeTimeoutMs?: number
  /** How long an attempt may go on after it was told to end, before it is given up. Default 5 s. */
  readonly graceMs?: number
  /** How often an attempt prolongs its lease, stores its progress and learns of a cancel from elsewhere. Default 500 ms. */
  readonly heartbeatMs?: number
  /** How often outbox and attempts are looked through for what a crash left. Default 2 s. */
  readonly sweepMs?: number
  /** Tasks that have waited this long without being begun are submitted again: a queue may have lost them. Default 60 s. */
  readonly forgottenMs?: number
  /** How long a prepared import may wait for its next upload, or for being run, before it is removed. Default 7 days. */
  readonly uploadsLiveMs?: number
  /** How long archives are kept; downloads and imports of one are then refused with `expired`. Default 7 days. */
  readonly archivesLiveMs?: number
  /**
   * How long a failed or cancelled job keeps what a retry begins with: an export's finished entries, and the uploads of an import with `keepUploads`. Default 1 day, for
   * people look the next morning, and such bytes may be many; 0 keeps nothing.
   */
  readonly retryLiveMs?: number
  /** How often the whole artifact store is looked through for bytes that belong to nobody, by one process of all. Default 1 hour. */
  readonly leftoversMs?: number
}

export interface Engine {
  start(): Promise<void>
  /** Waits up to `drainMs` for running attempts; the others are given back. */
  stop(options?: { readonly drainMs?: number }): Promise<void>
  /** Hands over what the outbox holds; called after every change of this process. */
  dispatch(): Promise<void>
  /** Aborts what runs here of a job whose cancel is being recorded; nothing else is recorded of it before. */
  abort(job: string, recorded: Promise<unknown>): void
  /** Emits the job's status unless it was told before. */
  tell(job: Job): void
  /** Of the attempts that run in this process, by node. */
  progressOf(job: string): ReadonlyMap<string, Progress>
  /** The archives of this resource expire. */
  forget(resource: ResourceRef): Promise<void>
}

const hour = 60 * 60 * 1000
const day = 24 * hour

interface Running {
  readonly lease: Lease
  readonly controller: AbortController
  progress: Progress | undefined
  interrupted: Interruption | undefined
  cancelling: Promise<unknown> | undefined
  beating: boolean
  /** Its end has put nothing into the outbox. */
  quiet: boolean
}

/** Whether something may follow from a node that was done; in the midst of its batch nothing does. */
function mayFollow({ batch, status }: Job, { node }: Lease): boolean {
  return batch !== node.batch || isTerminal(status)
}

export function createEngine(
  parts: Parts,
  runtime: Runtime,
  events: PieceworkEmitter,
  options: EngineOptions = {},
): Engine {
  const { store } = parts
  const {
    maxAttempts = 3,
    backoffMs = 500,
    heartbeatMs = 500,
    nodeTimeoutMs,
    graceMs = 5000,
    sweepMs = 2000,
    forgottenMs = 60_000,
    uploadsLiveMs = 7 * day,
    archivesLiveMs = 7 * day,
    retryLiveMs = day,
    leftoversMs = hour,
  } = options
  if (nodeTimeoutMs !== undefined) assertCount('nodeTimeoutMs', nodeTimeoutMs)
  const worker = randomUUID()
  const running = new Set<Running>()
  let heart: NodeJS.Timeout | undefined
  const tell = statusTeller(events)
  const dispatcher = createDispatcher(store, runtime, events, tell, {
    sweepMs,
    forgottenMs,
    uploadsLiveMs,
  })
  const keeper = createKeeper(parts, events, { sweepMs, leftoversMs })

  const handle = async (task: Task, stopping: AbortSignal): Promise<void> => {
    const lease = await store.attempts.begin(task, worker)
    if (!lease) return
    const attempt: Running = {
      lease,
      controller: new AbortController(),
      progress: undefined,
      interrupted: undefined,
      cancelling: undefined,
      beating: false,
      quiet: false,
    }
    const stop = () => interrupt(attempt, workerStops())
    stopping.addEventListener('abort', stop, { once: true })
    running.add(attempt)
    const limit = timer(attempt)
    try {
      tell(lease.job)
      const job = await work(attempt, stopping)
      if (job) tell(job)
    } finally {
      clearTimeout(limit)
      running.delete(attempt)
      stopping.removeEventListener('abort', stop)
    }
    if (!attempt.quiet) await dispatcher.dispatch()
  }

  /** Undefined where someone else has taken the attempt over. */
  const work = async (attempt: Running, stopping: AbortSignal): Promise<Job | undefined> => {
    const { lease, controller } = attempt
    const findings = new FindingList()
    const about = { job: lease.job.id, node: lease.node.id, attempt: lease.attempt }
    const todo: Work = {
      ...parts,
      lease,
      findings,
      signal: controller.signal,
      progress: reporter(attempt),
      archivesLiveMs,
      retryLiveMs,
    }
    events.emit('node:started', about)
    try {
      if (stopping.aborted) interrupt(attempt, workerStops())
      if (lease.job.stopped && lease.node.task !== 'finish') interrupt(attempt, jobStopped(lease.job.error))
      interrupt(attempt, tooDeadly(lease, maxAttempts))
      controller.signal.throwIfAborted()
      const job = await untilGivenUp(tasks[lease.node.task](todo), controller.signal, graceMs)
      attempt.quiet = !mayFollow(job, lease)
      events.emit('node:done', { ...about, findings: findings.list() })
      return job
    } catch (cause) {
      // A driver may report an abort in its own words; the reason is ours.
      const aborted: unknown = controller.signal.aborted ? controller.signal.reason : cause
      const reason = isPieceworkError(cause, 'lease-lost') ? cause : aborted
      if (isPieceworkError(reason, 'lease-lost')) {
        if (reason.cause === undefined) await forsake(todo)
        return undefined
      }
      const told = jobError(reason, lease.node.id)
      const error = cause instanceof GivenUp ? { ...told, message: `${told.message} ${wentOn}` } : told
      const next = nextTry(lease, error.retryable, attempt.interrupted)
      const retryInMs = next === 'given-back' ? 0 : next
      events.emit('node:failed', { ...about, error, cause, ...(retryInMs !== undefined && { retryInMs }) })
      await attempt.cancelling?.catch(() => undefined)
      for (const finding of isPieceworkError(reason) ? reason.findings : []) findings.add(finding)
      const job = await failed(lease, error, next === undefined ? findings.list() : [], next)
      // Only now is it certain that no commit of this attempt names what it staged.
      if (job) {
        await parts.artifacts
          .delete(stagingKey(todo))
          .catch((failure: unknown) => events.emit('error', failure))
      }
      return job
    }
  }

  /** What an attempt has staged that somebody else has taken over goes, unless its own commit got through. */
  const forsake = async (work: Work): Promise<void> => {
    const { job, node } = work.lease
    const key = stagingKey(work)
    try {
      const now = await store.reports.node(job.id, node.id)
      if (now?.entries?.some(({ artifact }) => artifact.startsWith(`${key}/`))) return
      await parts.artifacts.delete(key)
    } catch (failure) {
      events.emit('error', failure)
    }
  }

  /** Records the failure; undefined where someone else has the lease. What cannot be stored must not keep the job for ever. */
  const failed = async (
    lease: Lease,
    error: JobError,
    findings: readonly Finding[],
    next: number | 'given-back' | undefined,
  ): Promise<Job | undefined> => {
    try {
      return await store.attempts.fail(lease, error, findings, next)
    } catch (failure) {
      if (isPieceworkError(failure, 'lease-lost')) return undefined
      if (findings.length === 0 || jobError(failure, lease.node.id).retryable) throw failure
      events.emit('error', failure)
      return failed(lease, error, [], next)
    }
  }

  /** The first reason stands. */
  const interrupt = (attempt: Running, interruption: Interruption | undefined): void => {
    if (!interruption || attempt.controller.signal.aborted) return
    attempt.interrupted = interruption
    attempt.controller.abort(interruption.error)
  }

  /** A clean-up is tried until it succeeds: the resource stays claimed meanwhile. */
  const nextTry = (
    lease: Lease,
    retryable: boolean,
    interrupted: Interruption | undefined,
  ): number | 'given-back' | undefined => {
    if (interrupted?.why === 'worker-stops') return 'given-back'
    const wait = Math.min(backoffMs * 2 ** (lease.attempt - 1), 60_000)
    const finish = lease.node.task === 'finish'
    if (finish && lease.job.outcome !== 'succeeded') return wait
    if (interrupted && !finish) return undefined
    const open = finish || lease.job.outcome === undefined
    return retryable && open && lease.attempt < maxAttempts ? wait : undefined
  }

  const reporter = (attempt: Running) => {
    // A piece reports from inside its transaction; listeners are no part of that.
    const outside = AsyncLocalStorage.snapshot()
    let emittedAt = 0
    return (done: number, total?: number): void => {
      attempt.progress = total === undefined ? { done } : { done, total }
      if (Date.now() - emittedAt < 250) return
      emittedAt = Date.now()
      const { job, node, attempt: number } = attempt.lease
      const about = { job: job.id, node: node.id, attempt: number }
      const { progress } = attempt
      outside(() => events.emit('node:progress', { ...about, progress }))
    }
  }

  const timer = (attempt: Running): NodeJS.Timeout | undefined => {
    if (nodeTimeoutMs === undefined) return undefined
    return setTimeout(() => interrupt(attempt, tooLong(attempt.lease, nodeTimeoutMs)), nodeTimeoutMs)
  }

  const beat = async (attempt: Running): Promise<void> => {
    if (attempt.beating) return
    attempt.beating = true
    try {
      const { stopped } = await store.attempts.heartbeat(attempt.lease, attempt.progress)
      if (stopped && attempt.lease.node.task !== 'finish') interrupt(attempt, jobStopped(stopped))
    } catch (error) {
      if (isPieceworkError(error, 'lease-lost')) attempt.controller.abort(error)
      else events.emit('error', error)
    } finally {
      attempt.beating = false
    }
  }

  /** All at once, so that the store can do it in one step. */
  const beatAll = (): void => {
    for (const attempt of running) void beat(attempt)
  }

  return {
    start: async () => {
      heart ??= setInterval(beatAll, heartbeatMs).unref()
      await runtime.start(handle)
      await dispatcher.start()
      keeper.start()
    },
    stop: async (drain) => {
      await dispatcher.stop()
      await runtime.stop(drain)
      clearInterval(heart)
      heart = undefined
      await keeper.stop()
    },
    dispatch: () => dispatcher.dispatch(),
    forget: (resource) => keeper.forget(resource),
    tell,
    abort: (job, recorded) => {
      for (const attempt of running) {
        if (attempt.lease.job.id !== job || attempt.lease.node.task === 'finish') continue
        attempt.cancelling = recorded
        interrupt(attempt, jobStopped())
      }
    },
    progressOf: (job) => {
      const own = [...running].filter((attempt) => attempt.lease.job.id === job)
      return new Map(
        own.flatMap((attempt) => (attempt.progress ? [[attempt.lease.node.id, attempt.progress]] : [])),
      )
    },
  }
}
