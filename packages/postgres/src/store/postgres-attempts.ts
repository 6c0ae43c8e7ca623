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
} from '@piecework/core'
import { endOwnBackend, holdAttempt } from './attempt-lock.js'
import { type AskedTask, type Beginner, beginNodes, lapsed, takeOver } from './begin-nodes.js'
import { endAttempt, endPlain, giveBack, isPlain, leaseLost, leaseOf, retryAttempt } from './end-attempt.js'
import type { End } from './end-nodes.js'
import { Groups } from './groups.js'
import { type Beat, beatNodes } from './heartbeats.js'
import { KnownJobs } from './known-jobs.js'

interface PlainEnd extends End {
  readonly signal: AbortSignal | undefined
}

export function postgresAttempts(database: Database, control: Database, beginner: Beginner): Attempts {
  const { store, embedded, leaseMs } = beginner
  const known = new KnownJobs()
  const begins = new Groups((tasks: readonly AskedTask[]) =>
    control.transaction((tx) => beginNodes(tx, known, beginner, tasks)),
  )
  const ends = new Groups((group: readonly PlainEnd[]) => endTogether(control, group))
  const beats = new Groups((group: readonly Beat[]) =>
    control.transaction((tx) => beatNodes(tx, leaseMs, group)),
  )

  const end = async (lease: Lease, done: NodeResult, signal: AbortSignal | undefined): Promise<Job> => {
    signal?.throwIfAborted()
    if (!isPlain({ lease, done })) return control.transaction((tx) => endAttempt(tx, lease, done))
    const job = await ends.add({ lease, done, signal })
    if (job) return job
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
        return endAttempt(tx, lease, result)
      },
      signal ? { signal } : {},
    )

  return {
    begin: async (task, worker) => {
      const asked = { ...task, worker }
      const begun = await begins.add(asked)
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
        if (next === undefined) return endAttempt(tx, lease, { error, findings })
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
         FROM (SELECT n.job, n.id, j.priority FROM piecework.jobs j
           JOIN piecework.batches b ON b.job = j.id AND b.batch = j.batch
           JOIN piecework.nodes n ON n.job = j.id AND n.batch = j.batch
           WHERE j.status NOT IN ('succeeded', 'failed', 'cancelled') AND n.status IN ('waiting', 'running')
             AND (${lapsed} OR n.status = 'waiting'
               AND date_trunc('milliseconds', coalesce(n.submitted_at, b.submitted_at)) <= $3::timestamptz)
           FOR UPDATE OF n SKIP LOCKED) found
         WHERE o.job = found.job AND o.id = found.id
         RETURNING o.job, o.id AS node, o.attempt, found.priority`,
        [store, String(embedded), submittedBefore],
      )
      return rows.map(
        ({ job: id, node, attempt, priority }): Task => taskOf({ id, priority }, { id: node, attempt }),
      )
    },
  }
}

/** Those that were told to end meanwhile commit nothing. */
async function endTogether(
  control: Database,
  group: readonly PlainEnd[],
): Promise<readonly (Job | undefined)[]> {
  const wanted = group.filter(({ signal }) => !signal?.aborted)
  const jobs = wanted.length > 0 ? await control.transaction((tx) => endPlain(tx, wanted)) : []
  const ended = new Map(wanted.map((end, place) => [end, jobs[place]]))
  return group.map((end) => ended.get(end))
}

/** Waits for whoever is taking it over. */
async function isHeld(control: Database, lease: Lease): Promise<boolean> {
  const { rowCount } = await control.query(
    `SELECT FROM piecework.nodes WHERE job = $1 AND id = $2 AND fence = $3::bigint AND status = 'running' FOR SHARE`,
    leaseOf(lease),
  )
  return rowCount === 1
}
