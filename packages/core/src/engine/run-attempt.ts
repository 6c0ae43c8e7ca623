import { allowWork } from '../access/allow-work.js'
import type { Job } from '../contracts/jobs.js'
import type { AttemptContext } from '../tasks/attempt-context.js'
import { AttemptFindings } from '../tasks/attempt-findings.js'
import { tasks } from '../tasks/tasks.js'
import { untilAbandoned } from './abandoned-error.js'
import type { Attempt } from './attempt.js'
import type { EngineSettings } from './engine-options.js'
import { crashLimitReached, jobStopped } from './interruption.js'
import { outlivesStop } from './machine.js'
import { isMissingCode } from './missing-code.js'
import { missingRegistration } from './missing-registration.js'
import { recordFailure } from './record-failure.js'
import type { WorkerDeps } from './worker-deps.js'

export interface AttemptOutcome {
  /** As the attempt left it. Undefined when another worker has taken the attempt over. */
  readonly job: Job | undefined
  readonly done: boolean
  /** It waits for a worker that has its code. */
  readonly leftToOthers?: true
}

/** Does the node's work, commits it or records why it failed, and emits the events of both. */
export async function runAttempt(
  deps: WorkerDeps,
  settings: EngineSettings,
  attempt: Attempt,
): Promise<AttemptOutcome> {
  const { events, environment } = deps
  const { lease, about, signal } = attempt
  const context: AttemptContext = {
    ...deps,
    lease,
    signal,
    findings: new AttemptFindings(),
    bytes: attempt.bytes,
    progress: (done, total) => attempt.report(done, total),
    archiveTtlMs: settings.archiveTtlMs,
    retryTtlMs: settings.retryTtlMs,
    draftTtlMs: settings.draftTtlMs,
  }
  events.emit('node:started', about)
  try {
    assertMayRun(deps, settings, attempt)
    const { graceMs } = settings
    const job = await untilAbandoned(work(context), { signal, graceMs, environment })
    events.emit('node:done', { ...about, findings: context.findings.list() })
    return { job, done: true }
  } catch (cause) {
    const job = await recordFailure(deps, settings, attempt, context, cause)
    return { job, done: false, ...(isMissingCode(cause) && { leftToOthers: true }) }
  }
}

/** A policy that does not answer is left behind like a piece that does not end. */
async function work(context: AttemptContext): Promise<Job> {
  const { job, node } = context.lease
  await allowWork(context, job, node)
  context.signal.throwIfAborted()
  return tasks[node.task](context)
}

/**
 * Throws when the job is stopped, when too many workers have died at the node, and when this process lacks a
 * pack.
 */
function assertMayRun({ registry }: WorkerDeps, settings: EngineSettings, attempt: Attempt): void {
  const { lease, signal } = attempt
  if (lease.job.stopped && !outlivesStop(lease.node.task)) attempt.interrupt(jobStopped(lease.job.error))
  attempt.interrupt(crashLimitReached(lease, settings.maxAttempts))
  signal.throwIfAborted()
  const missing = missingRegistration(registry, lease)
  if (missing) throw missing
}
