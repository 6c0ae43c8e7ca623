import type { JobError } from '../contracts/errors.js'
import type { JobResult } from '../contracts/job-result.js'
import type { Job, JobOutcome, JobStatus } from '../contracts/jobs.js'
import type { NewNode, NodeTask } from '../contracts/nodes.js'
import { followUpNodes } from '../follow-ups/follow-up-nodes.js'
import { mergedResult } from './merged-result.js'
import { jobTimeout } from './time-limits.js'

/**
 * What happened to a job. `remaining` counts the nodes of the current batch that have not ended, in the same
 * transaction.
 */
export type JobEvent =
  /** A draft may begin, or wait for room; its request, batches and limits are set already. */
  | { readonly type: 'run' }
  /** A job that waits has room. */
  | { readonly type: 'admitted' }
  | { readonly type: 'submitted' }
  | { readonly type: 'started' }
  | { readonly type: 'node-done'; readonly remaining: number; readonly result?: JobResult }
  /** The batch that was submitted has no nodes. */
  | { readonly type: 'batch-empty' }
  | { readonly type: 'node-failed'; readonly remaining: number; readonly error: JobError }
  /** Nodes that waited are skipped already: `remaining` counts those that run. */
  | { readonly type: 'cancelled'; readonly remaining: number; readonly error?: JobError }
  /** Its deadline has passed; the same of `remaining`. */
  | { readonly type: 'timed-out'; readonly remaining: number }
  | { readonly type: 'finished'; readonly result?: JobResult }
  /**
   * The last step could not be done. After a success the job fails instead, and the step runs again to clean
   * up.
   */
  | { readonly type: 'finish-failed'; readonly error: JobError }

/** What must be stored in the same step. */
export type JobEffect =
  /** An outbox item that hands the nodes of this batch to the runtime. */
  | { readonly type: 'submit'; readonly batch: number }
  /** These nodes are added to the job, before any of their batches is submitted. */
  | { readonly type: 'follow'; readonly nodes: readonly NewNode[] }
  /** The claims of the job are freed, though it goes on. */
  | { readonly type: 'free' }
  /** The job has ended: its claims are freed. */
  | { readonly type: 'release' }

export interface Transition {
  readonly job: Job
  readonly effects: readonly JobEffect[]
}

export function isTerminal(status: JobStatus): status is JobOutcome {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled'
}

/** Whether something of it may still run: until it is terminal, and while its follow-ups go on. */
export function isOpen({ status, batch, batches }: Pick<Job, 'status' | 'batch' | 'batches'>): boolean {
  return !isTerminal(status) || batch > batches
}

/** Whether a cancel or a deadline of the job lets the node go on: its last step, and what follows its end. */
export function outlivesStop(task: NodeTask): boolean {
  return task === 'finish' || task === 'follow-up'
}

/**
 * Whether a cancel or its deadline has something left to stop: no outcome yet, or pieces that go on after one
 * has failed.
 */
export function canBeStopped(
  job: Pick<Job, 'status' | 'outcome' | 'stopped' | 'batch' | 'batches'>,
): boolean {
  if (isTerminal(job.status)) return false
  return job.outcome === undefined || (!job.stopped && job.batch < job.batches)
}

/** Number of the batch of deliveries, which is the last one. Undefined: nothing is delivered. */
export function deliveryBatch({ request, batches }: Pick<Job, 'request' | 'batches'>): number | undefined {
  return request.deliver?.length ? batches - 1 : undefined
}

/** Whether its deadline has something left to stop: deliveries are outside of it. */
export function canTimeOut(
  job: Pick<Job, 'status' | 'outcome' | 'stopped' | 'batch' | 'batches' | 'request'>,
): boolean {
  return canBeStopped(job) && job.batch !== deliveryBatch(job)
}

/** Whether all that an export makes is finished, whatever becomes of its deliveries. */
export function isAssembled({ kind, status, changes }: Pick<Job, 'kind' | 'status' | 'changes'>): boolean {
  if (kind !== 'export') return false
  return status === 'succeeded' || changes.some((change) => change.status === 'delivering')
}

/** Whether it waits for room among the jobs of its principal. */
export function isThrottled(job: Pick<Job, 'throttled' | 'outcome'>): boolean {
  return job.throttled === true && job.outcome === undefined
}

/** The whole life of a job: no clock, no I/O. An event that does not apply leaves the job as it is. */
export function transition(job: Job, event: JobEvent, at: Date): Transition {
  if (isTerminal(job.status)) return followOn(job, event)
  switch (event.type) {
    case 'run':
      if (job.status !== 'draft') return quiet(job)
      return job.throttled ? quiet(enter(job, 'pending', at)) : submit(enter(job, 'pending', at), 0)
    case 'admitted':
      return isThrottled(job) ? submit(admitted(job), 0) : quiet(job)
    case 'submitted':
      return job.status === 'pending' ? quiet(enter(job, 'submitted', at)) : quiet(job)
    case 'started':
      return job.status === 'pending' || job.status === 'submitted'
        ? quiet(enter(job, deliveryBatch(job) === 0 ? 'delivering' : 'running', at))
        : quiet(job)
    case 'node-done':
      return afterNode(withResult(job, event.result), event.remaining, at)
    case 'batch-empty':
      return afterNode(job, 0, at)
    case 'node-failed':
      return afterNode(decide(job, 'failed', event.error, at), event.remaining, at)
    case 'cancelled':
      if (!canBeStopped(job)) return quiet(job)
      return stop(decideOrExplain(job, 'cancelled', event.error ?? cancelledError, at), event.remaining, at)
    case 'timed-out':
      if (!canTimeOut(job)) return quiet(job)
      return stop(decideOrExplain(job, 'failed', jobTimeout(job), at), event.remaining, at)
    case 'finished':
      if (!job.outcome) return quiet(job)
      return follow(enter(kept(withResult(job, event.result)), job.outcome, at))
    case 'finish-failed': {
      const failed =
        job.outcome === 'succeeded' ? kept({ ...job, outcome: 'failed' as const, error: event.error }) : job
      return { job: failed, effects: [{ type: 'submit', batch: job.batches }] }
    }
  }
}

const cancelledError: JobError = { code: 'cancelled', message: 'The job was cancelled.', retryable: true }

/** The first outcome stands. */
function decide(job: Job, outcome: JobOutcome, error: JobError | undefined, at: Date): Job {
  if (job.outcome) return job
  return enter({ ...job, outcome, ...(error && { error }) }, 'ending', at)
}

/** If it had failed before, its error also states why the rest was stopped. */
function decideOrExplain(job: Job, outcome: JobOutcome, error: JobError, at: Date): Job {
  if (!job.outcome || !job.error) return decide(job, outcome, error, at)
  return { ...job, error: { ...job.error, message: `${job.error.message} ${error.message}` } }
}

/** A batch that has drained is followed by the next one or, if the outcome is known, by the last step. */
function afterNode(job: Job, remaining: number, at: Date): Transition {
  if (remaining > 0) return quiet(job)
  if (job.outcome) return submit(job, job.batches)
  if (job.batch + 1 < job.batches) return next(job, job.batch + 1, at)
  return submit(decide(job, 'succeeded', undefined, at), job.batches)
}

/** Deliveries read nothing of the host's any more. */
function next(job: Job, batch: number, at: Date): Transition {
  if (batch !== deliveryBatch(job)) return submit(job, batch)
  const delivering = submit(enter(job, 'delivering', at), batch)
  return { ...delivering, effects: [...delivering.effects, { type: 'free' }] }
}

/** The end of a job begins what follows it, in the same step: exactly once. */
function follow(job: Job): Transition {
  const nodes = followUpNodes(job)
  if (nodes.length === 0) return { job, effects: [{ type: 'release' }] }
  const { job: following, effects } = submit(job, job.batches + 1)
  return { job: following, effects: [{ type: 'release' }, { type: 'follow', nodes }, ...effects] }
}

/** Follow-ups that have ended, well or not, change nothing else of the job. */
function followOn(job: Job, event: JobEvent): Transition {
  const hasEnded = event.type === 'node-done' || event.type === 'node-failed'
  if (!hasEnded || !isOpen(job) || event.remaining > 0) return quiet(job)
  const last = job.batches + followUpNodes(job).length
  return job.batch < last ? submit(job, job.batch + 1) : quiet({ ...job, batch: job.batches })
}

/** Nothing but the last step may begin any more, and what runs is aborted. */
function stop(job: Job, remaining: number, at: Date): Transition {
  return afterNode({ ...job, stopped: true }, remaining, at)
}

function admitted({ throttled: _, ...job }: Job): Job {
  return job
}

function submit(job: Job, batch: number): Transition {
  return { job: { ...job, batch }, effects: [{ type: 'submit', batch }] }
}

function withResult(job: Job, result: JobResult | undefined): Job {
  return result ? { ...job, result: mergedResult(job.result, result) } : job
}

/** What a failed job had assembled is deleted, unless all of it was finished. */
function kept(job: Job): Job {
  if (job.outcome === 'succeeded' || isAssembled(job)) return job
  const { archive: _, outputs: _o, ...result } = job.result
  return { ...job, result }
}

function enter(job: Job, status: JobStatus, at: Date): Job {
  return { ...job, status, changes: [...job.changes, { status, at }] }
}

function quiet(job: Job): Transition {
  return { job, effects: [] }
}
