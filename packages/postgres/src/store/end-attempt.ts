import {
  type Job,
  type JobError,
  type JobEvent,
  type Lease,
  type NodeResult,
  PieceworkError,
  type Queryable,
  taskOf,
} from '@piecework/core/store'
import { applyEvent } from './apply-event.js'
import { type End, endNode } from './end-node.js'
import type { JobCache } from './job-cache.js'
import { json, lockJob, putAction } from './job-row.js'
import { jobWith } from './records.js'

/** Whether nothing of the job changes with it, unless it is the last of its batch. */
export function isPlain({ lease, done }: End): boolean {
  return lease.node.task !== 'finish' && !done.error && !done.result
}

/** The node has ended, and what follows from it happens in the same transaction. Throws `lease-lost`. */
export async function endAttempt(
  tx: Queryable,
  known: JobCache,
  lease: Lease,
  done: NodeResult,
): Promise<Job> {
  const { error, findings = [], result } = done
  const finish = lease.node.task === 'finish'
  if (finish && error) {
    await waitAgain(tx, lease, error)
    await addFindings(tx, lease, findings)
    return applyEvent(tx, await lockJob(tx, lease.job.id), { type: 'finish-failed', error })
  }
  const ended = await endNode(tx, { lease, done })
  if (!ended) throw leaseLost(lease)
  const { remaining } = ended
  if (remaining > 0 && isPlain({ lease, done })) return known.now(lease.job, ended.changing)
  const told = result && { result }
  const event: JobEvent = finish
    ? { type: 'finished', ...told }
    : error
      ? { type: 'node-failed', remaining, error }
      : { type: 'node-done', remaining, ...told }
  return applyEvent(tx, await lockJob(tx, lease.job.id), event)
}

/** The node gets another attempt after `retryInMs`. Throws `lease-lost`. */
export async function retryAttempt(
  tx: Queryable,
  lease: Lease,
  error: JobError,
  retryInMs: number,
): Promise<Job> {
  const { job, at } = await waitAgain(tx, lease, error, retryInMs)
  const task = taskOf(job, { id: lease.node.id, attempt: lease.attempt + 1 })
  await putAction(tx, { type: 'task', task, notBefore: at })
  return job
}

/** The node waits for the same attempt by another worker. Throws `lease-lost`. */
export async function giveBack(tx: Queryable, lease: Lease): Promise<Job> {
  const { job, at } = await wait(tx, lease, `submitted_at = clock_timestamp()`)
  await putAction(tx, { type: 'task', task: taskOf(job, lease.node), notBefore: at })
  return job
}

export function leaseLost(lease: Lease, cause?: unknown): PieceworkError {
  return new PieceworkError('lease-lost', `Another worker has taken over ${lease.node.id}.`, { cause })
}

export const leaseOf = (lease: Lease): readonly unknown[] => [lease.job.id, lease.node.id, lease.fence]

const waitAgain = (tx: Queryable, lease: Lease, error: JobError, inMs = 0) =>
  wait(
    tx,
    lease,
    `attempt = attempt + 1, error = $4::jsonb, submitted_at = clock_timestamp() + $5::float8 * interval '1 millisecond'`,
    [json(error), inMs],
  )

/** The node waits; its job, and from when on it does. A job that is being stopped meanwhile learns of it: the node still counts as open. */
async function wait(
  tx: Queryable,
  lease: Lease,
  also: string,
  values: readonly unknown[] = [],
): Promise<{ readonly job: Job; readonly at: Date }> {
  const { rows } = await tx.query<{ changing: string; at: string }>(
    `UPDATE piecework.nodes n SET status = 'waiting', ${also}
     FROM piecework.jobs j
     WHERE j.id = n.job AND n.job = $1 AND n.id = $2 AND n.fence = $3::bigint AND n.status = 'running'
     RETURNING to_jsonb(n.submitted_at) #>> '{}' AS at,
       piecework.changing(j.status, j.outcome, j.error, j.batch, j.result, j.changes, j.throttled, j.stopped) AS changing`,
    [...leaseOf(lease), ...values],
  )
  const [row] = rows
  if (!row) throw leaseLost(lease)
  return { job: jobWith(lease.job, row.changing), at: new Date(row.at) }
}

async function addFindings(
  tx: Queryable,
  lease: Lease,
  findings: NonNullable<NodeResult['findings']>,
): Promise<void> {
  if (findings.length === 0) return
  await tx.query(
    `INSERT INTO piecework.findings (job, node, severity, finding)
     SELECT $1, $2, f.finding ->> 'severity', f.finding
     FROM jsonb_array_elements($3::jsonb) WITH ORDINALITY AS f(finding, place) ORDER BY f.place`,
    [lease.job.id, lease.node.id, json(findings)],
  )
}
