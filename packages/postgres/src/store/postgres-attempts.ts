import {
  type Attempts,
  type Database,
  isAwaited,
  isPieceworkError,
  isTerminal,
  type JobError,
  type Lease,
  type Queryable,
  type Task,
  taskOf,
} from '@piecework/core'
import { endOtherBackend, endOwnBackend, holdAttempt } from './attempt-lock.js'
import { endAttempt, giveBack, leaseLost, leaseOf, retryAttempt } from './end-attempt.js'
import { applyEvent, findJob, json } from './job-row.js'
import { leaseFacts, nodeOf } from './records.js'

export interface AttemptOptions {
  readonly leaseMs: number
  /** Of this store object: where nobody else can be, a lease of another one has lapsed. */
  readonly store: string
  readonly embedded: boolean
}

/** A lease that nobody keeps: `$1` is the store's id, `$2` whether the database is embedded. */
const lapsed = `n.status = 'running' AND (n.lease_until <= clock_timestamp() OR ($2::boolean AND n.store <> $1))`

export function postgresAttempts(database: Database, control: Database, options: AttemptOptions): Attempts {
  const who = [options.store, String(options.embedded)]
  return {
    begin: (task, worker) => control.transaction((tx) => begin(tx, task, worker, options, who)),
    run: async (lease, work, { signal } = {}) => {
      try {
        return await database.transaction(
          async (tx) => {
            await holdAttempt(tx, lease)
            const result = await work(tx)
            signal?.throwIfAborted()
            return endAttempt(tx, lease, result)
          },
          signal ? { signal } : {},
        )
      } catch (error) {
        // Whoever takes over ends this backend: the lost connection is then no news.
        const lost = isPieceworkError(error, 'database') && error.retryable && !(await isHeld(control, lease))
        throw lost ? leaseLost(lease, error) : error
      }
    },
    fail: (lease, error, findings, next) =>
      control.transaction(async (tx) => {
        if (!options.embedded) await endOwnBackend(tx, lease)
        if (next === undefined) return endAttempt(tx, lease, { error, findings })
        return next === 'given-back' ? giveBack(tx, lease) : retryAttempt(tx, lease, error, next)
      }),
    heartbeat: async (lease, progress) => {
      const { rows } = await control.query<{ error: string | null }>(
        `UPDATE piecework.nodes n SET progress = coalesce($5::jsonb, progress),
           lease_until = CASE WHEN j.stopped AND n.task <> 'finish' THEN n.lease_until
             ELSE clock_timestamp() + $4::float8 * interval '1 millisecond' END
         FROM piecework.jobs j
         WHERE j.id = n.job AND n.job = $1 AND n.id = $2 AND n.fence = $3::bigint AND n.status = 'running'
         RETURNING CASE WHEN j.stopped THEN j.error::text END AS error`,
        [...leaseOf(lease), options.leaseMs, json(progress)],
      )
      const [row] = rows
      if (!row) throw leaseLost(lease)
      return row.error === null ? {} : { stopped: JSON.parse(row.error) as JobError }
    },
    overdue: async (submittedBefore) => {
      const { rows } = await control.query<{ job: string; node: string; attempt: number; priority: number }>(
        `UPDATE piecework.nodes o SET submitted_at = CASE WHEN o.status = 'waiting' THEN clock_timestamp() ELSE o.submitted_at END
         FROM (SELECT n.job, n.id, j.priority FROM piecework.jobs j
           JOIN piecework.batches b ON b.job = j.id AND b.batch = j.batch
           JOIN piecework.nodes n ON n.job = j.id AND n.batch = j.batch
           WHERE j.status NOT IN ('succeeded', 'failed', 'cancelled') AND n.status IN ('waiting', 'running')
             AND (${lapsed} OR n.status = 'waiting'
               AND date_trunc('milliseconds', coalesce(n.submitted_at, b.submitted_at)) <= $3::timestamptz)
           FOR UPDATE OF n SKIP LOCKED) found
         WHERE o.job = found.job AND o.id = found.id
         RETURNING o.job, o.id AS node, o.attempt, found.priority`,
        [...who, submittedBefore],
      )
      return rows.map(({ job: id, node, attempt, priority }) =>
        taskOf({ id, priority }, { id: node, attempt }),
      )
    },
  }
}

async function begin(
  tx: Queryable,
  { job: id, node, attempt }: Task,
  worker: string,
  { leaseMs, store, embedded }: AttemptOptions,
  who: readonly string[],
): Promise<Lease | undefined> {
  const locked = await findJob(tx, id)
  if (!locked || isTerminal(locked.job.status) || isAwaited(locked.job)) return undefined
  const { rows } = await tx.query<{ status: string; lapsed: boolean }>(
    `SELECT n.status, ${lapsed} AS lapsed FROM piecework.nodes n
     WHERE n.job = $3 AND n.id = $4 AND n.attempt = $5::int AND n.batch = $6::int FOR UPDATE`,
    [...who, id, node, attempt, locked.job.batch],
  )
  const [found] = rows
  if (!found || !(found.status === 'waiting' || found.lapsed)) return undefined
  if (found.lapsed && !embedded && !(await endOtherBackend(tx, id, node))) return undefined
  const taken = await tx.query<{ node: string }>(
    `UPDATE piecework.nodes n SET status = 'running', fence = fence + 1, deaths = deaths + $6::int, worker = $3, store = $4,
       lease_until = clock_timestamp() + $5::float8 * interval '1 millisecond',
       started_at = coalesce(started_at, clock_timestamp())
     WHERE job = $1 AND id = $2 RETURNING to_jsonb(n)::text AS node`,
    [id, node, worker, store, leaseMs, found.lapsed ? 1 : 0],
  )
  const text = taken.rows[0]?.node ?? ''
  const job = await applyEvent(tx, locked, { type: 'started' })
  return { job, node: nodeOf(text), attempt, ...leaseFacts(text) }
}

async function isHeld(control: Database, lease: Lease): Promise<boolean> {
  const { rowCount } = await control.query(
    `SELECT FROM piecework.nodes WHERE job = $1 AND id = $2 AND fence = $3::bigint AND status = 'running'`,
    leaseOf(lease),
  )
  return rowCount === 1
}
