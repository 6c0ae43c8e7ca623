import {
  assertLater,
  type Job,
  type JobError,
  type JobEvent,
  type Lease,
  type NewNode,
  type NodeResult,
  type Queryable,
  takenOn,
  taskOf,
} from '@piecework/core/store'
import { applyEvent } from './apply-event.js'
import { type AttemptEnd, endNode } from './end-node.js'
import { insertNodes } from './insert-nodes.js'
import type { JobCache } from './job-cache.js'
import { jsonText } from './json-text.js'
import { leaseKey, leaseLost } from './lease.js'
import { lockJob } from './lock-job.js'
import { mutableColumnsSql } from './mutable-columns-sql.js'
import { addToOutbox } from './outbox-item.js'
import { jobWith } from './records.js'

/** Whether the job stays as it is, unless the node is the last of its batch. */
export function isPlain({ lease, result }: AttemptEnd): boolean {
  return lease.node.task !== 'finish' && !result.error && !result.result && !result.nodes?.length
}

/** Ends the node, and in the same transaction does what follows from that. Throws `lease-lost`. */
export async function endAttempt(tx: Queryable, cache: JobCache, end: AttemptEnd): Promise<Job> {
  const { lease } = end
  const { error, findings = [], nodes = [], result } = end.result
  assertLater(lease, nodes)
  const finish = lease.node.task === 'finish'
  if (finish && error) {
    await awaitNextAttempt(tx, lease, error)
    await addFindings(tx, lease, findings)
    return applyEvent(tx, await lockJob(tx, lease.job.id), { type: 'finish-failed', error })
  }
  const ended = await endNode(tx, end)
  if (!ended) throw leaseLost(lease)
  const job = cache.update(lease.job, ended.mutableColumns)
  const added = error ? [] : takenOn(job, nodes)
  if (added.length > 0) await insertNodes(tx, job.id, added, job.batch)
  const now = added.filter(({ batch }) => batch === job.batch)
  await submitAdded(tx, job, now)
  const remaining = ended.remaining + now.length
  cache.setRemaining(job.id, lease.node.batch, remaining)
  if (remaining > 0 && !error && !result) return job
  const changes = result && { result }
  const event: JobEvent = finish
    ? { type: 'finished', ...changes }
    : error
      ? { type: 'node-failed', remaining, error }
      : { type: 'node-done', remaining, ...changes }
  return applyEvent(tx, await lockJob(tx, lease.job.id), event)
}

/** What hands them over, as far as they are of the current batch: first plans, which add what others can do. */
async function submitAdded(tx: Queryable, job: Job, nodes: readonly NewNode[]): Promise<void> {
  for (const { id, task } of nodes)
    if (task === 'plan')
      await addToOutbox(tx, { type: 'task', task: taskOf(job, { id, attempt: 1 }), notBefore: new Date(0) })
  if (nodes.some(({ task }) => task !== 'plan'))
    await addToOutbox(tx, { type: 'batch', job: job.id, batch: job.batch })
}

/** The node gets another attempt after `retryInMs`. Throws `lease-lost`. */
export async function retryAttempt(
  tx: Queryable,
  lease: Lease,
  error: JobError,
  retryInMs: number,
): Promise<Job> {
  const { job, at } = await awaitNextAttempt(tx, lease, error, retryInMs)
  const task = taskOf(job, { id: lease.node.id, attempt: lease.attempt + 1 })
  await addToOutbox(tx, { type: 'task', task, notBefore: at })
  return job
}

/** Another worker may begin the same attempt after `forMs`. `error` absent: the node's last one stays. Throws `lease-lost`. */
export async function releaseAttempt(
  tx: Queryable,
  lease: Lease,
  forMs: number,
  error?: JobError,
): Promise<Job> {
  const assignments = `submitted_at = ${laterSql('$4')}, error = coalesce($5::jsonb, n.error)`
  const { job, at } = await setWaiting(tx, lease, assignments, [forMs, error ? jsonText(error) : null])
  await addToOutbox(tx, { type: 'task', task: taskOf(job, lease.node), notBefore: at })
  return job
}

const laterSql = (ms: string): string => `piecework.now() + ${ms}::float8 * interval '1 millisecond'`

const awaitNextAttempt = (tx: Queryable, lease: Lease, error: JobError, inMs = 0) =>
  setWaiting(tx, lease, `attempt = attempt + 1, error = $4::jsonb, submitted_at = ${laterSql('$5')}`, [
    jsonText(error),
    inMs,
  ])

/**
 * Resolves to the job, and to the time from which the node may begin again. A job that is being stopped
 * meanwhile ends all the same: the node still counts as one that remains.
 */
async function setWaiting(
  tx: Queryable,
  lease: Lease,
  assignments: string,
  values: readonly unknown[] = [],
): Promise<{ readonly job: Job; readonly at: Date }> {
  const { rows } = await tx.query<{ mutable_columns: string; at: string }>(
    `UPDATE piecework.nodes n SET status = 'waiting', revision = n.revision + 1, ${assignments}
     FROM piecework.jobs j
     WHERE j.id = n.job_id AND n.job_id = $1 AND n.id = $2 AND n.fence = $3::bigint AND n.status = 'running'
     RETURNING to_jsonb(n.submitted_at) #>> '{}' AS at, ${mutableColumnsSql} AS mutable_columns`,
    [...leaseKey(lease), ...values],
  )
  const [row] = rows
  if (!row) throw leaseLost(lease)
  return { job: jobWith(lease.job, row.mutable_columns), at: new Date(row.at) }
}

async function addFindings(
  tx: Queryable,
  lease: Lease,
  findings: NonNullable<NodeResult['findings']>,
): Promise<void> {
  if (findings.length === 0) return
  await tx.query(
    `INSERT INTO piecework.findings (job_id, node_id, severity, finding)
     SELECT $1, $2, f.finding ->> 'severity', f.finding
     FROM jsonb_array_elements($3::jsonb) WITH ORDINALITY AS f(finding, place) ORDER BY f.place`,
    [lease.job.id, lease.node.id, jsonText(findings)],
  )
}
