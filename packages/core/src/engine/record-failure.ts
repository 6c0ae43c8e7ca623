import type { GivenBack, Lease } from '../contracts/attempts.js'
import { isPieceworkError, type JobError, type PieceworkError } from '../contracts/errors.js'
import type { Finding } from '../contracts/finding.js'
import type { Job } from '../contracts/jobs.js'
import type { NodeTask } from '../contracts/nodes.js'
import { engineTimes } from '../defaults.js'
import { isAway, isForeignServerAway } from '../plan/named-database.js'
import type { AttemptContext } from '../tasks/attempt-context.js'
import { missingSource } from '../tasks/missing-source.js'
import { stagingKey } from '../tasks/staging.js'
import { AbandonedError, untilAbandoned } from './abandoned-error.js'
import type { Attempt } from './attempt.js'
import { giveBack, type NextAttempt, nextAttempt, untilBack } from './backoff.js'
import { isOutOfResources } from './database-error.js'
import type { EngineSettings } from './engine-options.js'
import { jobError } from './job-error.js'
import { isMissingCode } from './missing-code.js'
import { abandonedNotice } from './time-limits.js'
import type { WorkerDeps } from './worker-deps.js'

type FailureDeps = Pick<WorkerDeps, 'store' | 'artifacts' | 'events' | 'environment'>

/**
 * Records why an attempt failed and what follows, and deletes what it has staged. Undefined when another
 * worker has taken the attempt over.
 */
export async function recordFailure(
  deps: FailureDeps,
  settings: EngineSettings,
  attempt: Attempt,
  context: AttemptContext,
  cause: unknown,
): Promise<Job | undefined> {
  const { events, artifacts, environment } = deps
  const { lease, about, signal } = attempt
  const { graceMs } = settings
  // A driver may report an abort in its own words; the signal knows the reason.
  const aborted: unknown = signal.aborted ? signal.reason : cause
  const reason = isPieceworkError(cause, 'lease-lost') ? cause : aborted
  if (isPieceworkError(reason, 'lease-lost')) {
    if (reason.cause === undefined)
      await untilAbandoned(discardStaging(deps, context), { signal, graceMs, environment }).catch(() => {})
    return undefined
  }
  const error = attemptError((await deletedMeanwhile(context, attempt)) ?? reason, cause, lease)
  const lost = await attempt.cancelLost()
  const next =
    (lost && { givenBackForMs: 0 }) ||
    (isMissingCode(reason) && giveBack(lease, settings)) ||
    untilRoom(reason) ||
    (isAway(reason) && untilBack(lease, settings, attempt.interruption)) ||
    // What it is told of its address or password may be wrong.
    (isForeignServerAway(reason) &&
      untilBack(lease, settings, attempt.interruption, engineTimes.givenBackLeases)) ||
    nextAttempt(lease, error, attempt.interruption, settings, retryAfterOf(reason))
  const retryInMs = typeof next === 'object' ? next.givenBackForMs : next
  const thrown = isPieceworkError(cause, 'internal') ? (cause.cause ?? cause) : cause
  events.emit('node:failed', {
    ...about,
    error,
    cause: thrown,
    ...(retryInMs !== undefined && { retryInMs }),
  })
  for (const finding of isPieceworkError(reason) ? reason.findings : []) context.findings.add(finding)
  const job = await storeFailure(
    deps,
    attempt,
    error,
    next === undefined ? context.findings.list() : [],
    next,
  )
  // Only now is it certain that no commit of this attempt names what it staged.
  if (job) {
    const discarded = artifacts.delete(stagingKey(context))
    // A worker that stops does not wait for a store that does not answer.
    await untilAbandoned(discarded, { signal, graceMs, environment }).catch((failure: unknown) =>
      events.emit('error', failure),
    )
  }
  return job
}

const readers: ReadonlySet<NodeTask> = new Set(['plan', 'export', 'clone'])

/** A piece that reads what the host deletes meanwhile may fail in any way. */
async function deletedMeanwhile(
  { registry, store }: AttemptContext,
  { lease: { job, node }, interruption }: Attempt,
): Promise<PieceworkError | undefined> {
  if (interruption || job.kind === 'import' || !readers.has(node.task)) return undefined
  return missingSource(registry, job, store.database).catch(() => undefined)
}

function attemptError(reason: unknown, cause: unknown, { node }: Lease): JobError {
  const own = jobError(reason, node)
  // The process of the request had the code: another worker may have it too.
  const passes = isMissingCode(reason) || (node.task === 'follow-up' && !isPieceworkError(reason))
  const error = passes ? { ...own, retryable: true } : own
  return cause instanceof AbandonedError
    ? { ...error, message: `${error.message} ${abandonedNotice}` }
    : error
}

function retryAfterOf(reason: unknown): number | undefined {
  const asked = isPieceworkError(reason) ? reason.facts.retryAfterMs : undefined
  return typeof asked === 'number' && asked > 0 ? Math.ceil(asked) : undefined
}

/** An export that reads at one moment begins when this process, or another one, can hold that. */
function untilRoom(reason: unknown): GivenBack | undefined {
  const ms = isPieceworkError(reason, 'too-many-jobs') ? reason.facts.givenBackForMs : undefined
  return typeof ms === 'number' ? { givenBackForMs: ms } : undefined
}

/**
 * Deletes what an attempt has staged that another worker has taken over, unless its own commit got through.
 */
async function discardStaging(
  { store, artifacts, events }: FailureDeps,
  context: AttemptContext,
): Promise<void> {
  const { job, node } = context.lease
  const key = stagingKey(context)
  try {
    const now = await store.reports.node(job.id, node.id)
    if (now?.entries?.some(({ artifact }) => artifact.startsWith(`${key}/`))) return
    await artifacts.delete(key)
  } catch (failure) {
    events.emit('error', failure)
  }
}

/**
 * Undefined when another worker has the lease. Findings that cannot be stored must not keep the job for ever.
 */
async function storeFailure(
  deps: FailureDeps,
  attempt: Attempt,
  error: JobError,
  findings: readonly Finding[],
  next: NextAttempt,
): Promise<Job | undefined> {
  const { lease, signal } = attempt
  const { environment } = deps
  try {
    return await deps.store.attempts.fail(lease, error, findings, next)
  } catch (failure) {
    if (isPieceworkError(failure, 'lease-lost')) return undefined
    // The worker has not died: once there is room, it says what has happened.
    if (isOutOfResources(failure) && !signal.aborted) {
      await new Promise<void>((resolve) => void environment.after(engineTimes.fullStoreMs, resolve))
      return storeFailure(deps, attempt, error, findings, next)
    }
    if (findings.length === 0 || jobError(failure, lease.node).retryable) throw failure
    deps.events.emit('error', failure)
    return storeFailure(deps, attempt, error, [], next)
  }
}
