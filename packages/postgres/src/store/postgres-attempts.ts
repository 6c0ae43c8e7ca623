import {
  type Attempts,
  type Database,
  isPieceworkError,
  type Job,
  type Lease,
  type NodeResult,
  type Task,
  type Transaction,
  taskOf,
} from '@piecework/core/store'
import { endOwnBackend, holdAttempt } from './attempt-lock.js'
import { Batcher } from './batcher.js'
import { msSince } from './clocks.js'
import { endAttempt, giveBack, isPlain, leaseLost, leaseOf, retryAttempt } from './end-attempt.js'
import { beatNodes, type Heartbeat } from './heartbeats.js'
import { JobCache } from './job-cache.js'
import { type NodeTransition, nodeTransitions, type Stepped } from './node-transitions.js'
import { type LeaseHolder, lapsed, takeOver } from './take-over.js'

type Asked = NodeTransition & { readonly signal?: AbortSignal | undefined }

export function postgresAttempts(database: Database, control: Database, beginner: LeaseHolder): Attempts {
  const { store, embedded, leaseMs } = beginner
  const known = new JobCache()
  const steps = new Batcher((group: readonly Asked[]) => stepTogether(control, known, beginner, group))
  const beats = new Batcher((group: readonly Heartbeat[]) =>
    control.transaction((tx) => beatNodes(tx, leaseMs, group)),
  )

  const end = async (lease: Lease, done: NodeResult, signal: AbortSignal | undefined): Promise<Job> => {
    signal?.throwIfAborted()
    if (!isPlain({ lease, done })) return control.transaction((tx) => endAttempt(tx, known, lease, done))
    const job = await steps.add({ end: { lease, done }, signal })
    if (isJob(job)) return job
    signal?.throwIfAborted()
    throw leaseLost(lease)
  }
  const work = (
    lease: Lease,
    todo: (tx: Transaction) => Promise<NodeResult>,
    signal: AbortSignal | undefined,
  ): Promise<Job> =>
    database.transaction(
      async (tx) => {
        await holdAttempt(tx, lease)
        const result = await todo(tx)
        signal?.throwIfAborted()
        return endAttempt(tx, known, lease, result)
      },
      signal ? { signal } : {},
    )

  return {
    begin: async (task, worker) => {
      const asked = { ...task, worker }
      const begun = await steps.add({ begin: asked })
      if (isJob(begun)) return undefined
      return begun === 'lapsed' ? control.transaction((tx) => takeOver(tx, known, beginner, asked)) : begun
    },
    run: async (lease, todo, { signal } = {}) => {
      try {
        return await (typeof todo === 'function' ? work(lease, todo, signal) : end(lease, todo, signal))
      } catch (error) {
        // Whoever takes over ends this backend: the lost connection is then no news.
        const lost = isPieceworkError(error, 'database') && error.retryable && !(await isHeld(control, lease))
        throw lost ? leaseLost(lease, error) : error
      }
    },
    fail: (lease, error, findings, next) =>
      control.transaction(async (tx) => {
        if (!embedded) await endOwnBackend(tx, lease)
        if (next === undefined) return endAttempt(tx, known, lease, { error, findings })
        return next === 'given-back' ? giveBack(tx, lease) : retryAttempt(tx, lease, error, next)
      }),
    heartbeat: async (lease, progress) => {
      const beaten = await beats.add({ lease, progress })
      if (!beaten) throw leaseLost(lease)
      return beaten
    },
    overdue: async (submittedBefore) => {
      const { rows } = await control.query<{ job: string; node: string; attempt: number; priority: number }>(
        `UPDATE piecework.nodes o SET submitted_at = CASE WHEN o.status = 'waiting' THEN clock_timestamp() ELSE o.submitted_at END
         FROM (WITH deserted AS (
             SELECT n.job, least(max(n.lease_until), clock_timestamp()) AS since FROM piecework.jobs j
             JOIN piecework.nodes n ON n.job = j.id AND n.batch = j.batch
             WHERE j.status NOT IN ('succeeded', 'failed', 'cancelled') AND n.status IN ('waiting', 'running') AND ${lapsed}
             GROUP BY n.job)
           SELECT n.job, n.id, j.priority FROM piecework.jobs j
           JOIN piecework.batches b ON b.job = j.id AND b.batch = j.batch
           JOIN piecework.nodes n ON n.job = j.id AND n.batch = j.batch
           LEFT JOIN deserted d ON d.job = j.id
           WHERE j.status NOT IN ('succeeded', 'failed', 'cancelled') AND n.status IN ('waiting', 'running')
             AND (${lapsed} OR n.status = 'waiting' AND coalesce(n.submitted_at, b.submitted_at)
               <= greatest(clock_timestamp() - $3::float8 * interval '1 millisecond', d.since))
           FOR UPDATE OF n SKIP LOCKED) found
         WHERE o.job = found.job AND o.id = found.id
         RETURNING o.job, o.id AS node, o.attempt, found.priority`,
        [store, String(embedded), msSince(submittedBefore)],
      )
      return rows.map(
        ({ job: id, node, attempt, priority }): Task => taskOf({ id, priority }, { id: node, attempt }),
      )
    },
  }
}

/** What was told to end meanwhile commits nothing. */
async function stepTogether(
  control: Database,
  known: JobCache,
  beginner: LeaseHolder,
  group: readonly Asked[],
): Promise<readonly Stepped[]> {
  const wanted = group.filter(({ signal }) => !signal?.aborted)
  const outcomes = wanted.length > 0 ? await nodeTransitions(control, known, beginner, wanted) : []
  const stepped = new Map(wanted.map((step, place) => [step, outcomes[place]]))
  return group.map((step) => stepped.get(step))
}

const isJob = (stepped: Stepped): stepped is Job => typeof stepped === 'object' && 'kind' in stepped

/** Waits for whoever is taking it over. */
async function isHeld(control: Database, lease: Lease): Promise<boolean> {
  const { rowCount } = await control.query(
    `SELECT FROM piecework.nodes WHERE job = $1 AND id = $2 AND fence = $3::bigint AND status = 'running' FOR SHARE`,
    leaseOf(lease),
  )
  return rowCount === 1
}
