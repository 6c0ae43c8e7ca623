import {
  type Job,
  mustQueue,
  type NewJob,
  PieceworkError,
  type Queryable,
  transition,
} from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { tryAdvisoryLock } from './advisory-lock.js'
import { jsonText } from './json-text.js'
import { findJob } from './lock-job.js'
import { lockKey } from './lock-key.js'
import { saveTransition } from './save-transition.js'

type Queued = Pick<NewJob, 'principal' | 'limit' | 'concurrentJobs'>

/** Where a job that is requested in this transaction stands. */
interface Place {
  /** It has to wait for room. */
  readonly throttled: boolean
  /** Among those that wait: behind its principal's others, from the turn that has come. */
  readonly turn: string
}

/**
 * Until the transaction ends, no other job of a principal with a limit is admitted. Throws `too-many-jobs`. How
 * many there are of all principals is read without a lock: a host's transaction would keep out all others.
 */
export async function queue(tx: Queryable, { principal, limit, concurrentJobs }: Queued): Promise<Place> {
  if (limit && !(await lockPrincipal(tx, principal.id, defaults.principalLockTimeoutMs))) {
    const message = `Other jobs of ${principal.id} are being requested in a transaction that has not ended.`
    throw new PieceworkError('too-many-jobs', message, {
      facts: { principal: principal.id, limit: limit.jobs },
      retryable: true,
    })
  }
  // A draft has no batches, also when it was given up: it takes no room and no turn.
  const { rows } = await tx.query<{ admitted: string; own: string; waiting: string; turn: string }>(
    `SELECT a.admitted::text, a.own::text, greatest(coalesce(o.last + 1, 0),
         coalesce(a.now, (SELECT min(turn) FROM piecework.jobs WHERE throttled AND NOT terminal AND status = 'pending'), 0))::text AS turn,
       CASE WHEN $2::boolean THEN (
         SELECT count(*) FROM piecework.jobs
         WHERE principal ->> 'id' = $1 AND throttled AND NOT terminal AND status = 'pending') ELSE 0 END::text AS waiting
     FROM (
       SELECT count(*) AS admitted, count(*) FILTER (WHERE principal ->> 'id' = $1) AS own, max(turn) AS now
       FROM piecework.jobs WHERE NOT throttled AND NOT terminal AND batches > 0
     ) a, (
       SELECT max(turn) AS last FROM piecework.jobs
       WHERE principal ->> 'id' = $1 AND NOT terminal AND batches > 0
     ) o`,
    [principal.id, String(limit?.whenFull === 'refuse')],
  )
  const [now] = rows
  if (!now) throw new PieceworkError('internal', 'The jobs under way could not be counted.')
  const isFull = limit !== undefined && mustQueue(principal, Number(now.own) + Number(now.waiting), limit)
  const throttled = isFull || (concurrentJobs !== undefined && Number(now.admitted) >= concurrentJobs)
  return { throttled, turn: now.turn }
}

interface WaitingJob {
  readonly id: string
  readonly principal: string
  readonly principal_limit: number | null
  readonly concurrent_jobs: number | null
}

/**
 * Submits throttled jobs as long as there is room for them, in their turn. Passes over those of a principal whose
 * jobs stay locked for `lockTimeoutMs`: the sweep comes back. While another transaction admits jobs that this
 * one cannot see, at most `most`.
 */
export async function admitThrottled(
  tx: Queryable,
  { lockTimeoutMs, most }: { readonly lockTimeoutMs: number; readonly most: number },
): Promise<readonly Job[]> {
  const admitted: Job[] = []
  if (!(await nextWaiting(tx, { jobs: [], principals: [] }))) return admitted
  const alone = await tryAdvisoryLock(tx, { key: lockKey('admission', ''), lockTimeoutMs: 0 })
  const passed = { jobs: [] as string[], principals: [] as string[] }
  while (alone || admitted.length < most) {
    const next = await nextWaiting(tx, passed)
    if (!next) return admitted
    const room = await hasRoom(tx, next, lockTimeoutMs)
    if (room === 'none') return admitted
    if (room === 'not-for-principal') {
      passed.principals.push(next.principal)
      continue
    }
    const job = await admitOne(tx, next.id)
    if (job) admitted.push(job)
    else passed.jobs.push(next.id)
  }
  return admitted
}

/** Reads without a lock: what is not admitted must not keep others from it. */
async function nextWaiting(
  tx: Queryable,
  passed: { readonly jobs: readonly string[]; readonly principals: readonly string[] },
): Promise<WaitingJob | undefined> {
  const { rows } = await tx.query<WaitingJob>(
    `SELECT id, principal ->> 'id' AS principal, principal_limit, concurrent_jobs FROM piecework.jobs
     WHERE throttled AND NOT terminal AND status = 'pending'
       AND id NOT IN (SELECT jsonb_array_elements_text($1::jsonb))
       AND principal ->> 'id' NOT IN (SELECT jsonb_array_elements_text($2::jsonb))
     ORDER BY priority DESC, turn, requested LIMIT 1`,
    [jsonText(passed.jobs), jsonText(passed.principals)],
  )
  return rows[0]
}

async function hasRoom(
  tx: Queryable,
  { principal, principal_limit: limit, concurrent_jobs: most }: WaitingJob,
  lockTimeoutMs: number,
): Promise<'yes' | 'none' | 'not-for-principal'> {
  if (limit !== null && !(await lockPrincipal(tx, principal, lockTimeoutMs))) return 'not-for-principal'
  const { rows } = await tx.query<{ admitted: string; own: string }>(
    `SELECT count(*)::text AS admitted, count(*) FILTER (WHERE principal ->> 'id' = $1)::text AS own
     FROM piecework.jobs WHERE NOT throttled AND NOT terminal AND batches > 0`,
    [principal],
  )
  const [now] = rows
  if (!now || (most !== null && Number(now.admitted) >= Number(most))) return 'none'
  return limit !== null && Number(now.own) >= Number(limit) ? 'not-for-principal' : 'yes'
}

/** Undefined if its row is locked: it is being cancelled, stopped or admitted. */
async function admitOne(tx: Queryable, id: string): Promise<Job | undefined> {
  const { rowCount } = await tx.query(
    `SELECT FROM piecework.jobs WHERE id = $1 AND throttled AND NOT terminal AND status = 'pending' FOR UPDATE SKIP LOCKED`,
    [id],
  )
  const locked = rowCount === 1 ? await findJob(tx, id) : undefined
  if (!locked) return undefined
  const admission = transition(locked.job, { type: 'admitted' }, locked.at)
  await saveTransition(tx, locked.job, admission)
  return admission.job
}

const lockPrincipal = (tx: Queryable, id: string, lockTimeoutMs: number): Promise<boolean> =>
  tryAdvisoryLock(tx, { key: lockKey('principal', id), lockTimeoutMs })
