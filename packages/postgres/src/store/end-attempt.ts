import {
  type Job,
  type JobError,
  type Lease,
  type NodeResult,
  PieceworkError,
  type Queryable,
  taskOf,
} from '@piecework/core'
import { applyEvent, json, type LockedJob, lockJob, putAction } from './job-row.js'

/** The node has ended, and what follows from it happens in the same transaction. Throws `lease-lost`. */
export async function endAttempt(tx: Queryable, lease: Lease, done: NodeResult): Promise<Job> {
  const { counts, entries, version, reusedFrom, error, findings = [], result } = done
  const locked = await lockJob(tx, lease.job.id)
  const finish = lease.node.task === 'finish'
  if (finish && error) {
    await waitAgain(tx, lease, error)
    await addFindings(tx, lease, findings)
    return applyEvent(tx, locked, { type: 'finish-failed', error })
  }
  const ended = await tx.query(
    `UPDATE piecework.nodes SET status = $4, ended_at = clock_timestamp(), counts = coalesce($5::jsonb, counts),
       entries = coalesce($6::jsonb, entries), error = coalesce($7::jsonb, error),
       version = coalesce($8::int, version), reused_from = coalesce($9, reused_from)
     WHERE job = $1 AND id = $2 AND fence = $3::bigint AND status = 'running'`,
    [
      ...leaseOf(lease),
      error ? 'failed' : 'done',
      json(counts),
      json(entries),
      json(error),
      version ?? null,
      reusedFrom ?? null,
    ],
  )
  if (ended.rowCount !== 1) throw leaseLost(lease)
  await addFindings(tx, lease, findings)
  const remaining = await countDown(tx, lease)
  const told = result && { result }
  if (finish) return applyEvent(tx, locked, { type: 'finished', ...told })
  if (error) return applyEvent(tx, locked, { type: 'node-failed', remaining, error })
  return applyEvent(tx, locked, { type: 'node-done', remaining, ...told })
}

/** The node gets another attempt after `retryInMs`. Throws `lease-lost`. */
export async function retryAttempt(
  tx: Queryable,
  lease: Lease,
  error: JobError,
  retryInMs: number,
): Promise<Job> {
  const { job, at }: LockedJob = await lockJob(tx, lease.job.id)
  await waitAgain(tx, lease, error, retryInMs)
  const task = taskOf(job, { id: lease.node.id, attempt: lease.attempt + 1 })
  await putAction(tx, { type: 'task', task, notBefore: new Date(at.getTime() + retryInMs) })
  return job
}

/** The node waits for the same attempt by another worker. Throws `lease-lost`. */
export async function giveBack(tx: Queryable, lease: Lease): Promise<Job> {
  const { job, at } = await lockJob(tx, lease.job.id)
  const { rowCount } = await tx.query(
    `UPDATE piecework.nodes SET status = 'waiting', submitted_at = clock_timestamp()
     WHERE job = $1 AND id = $2 AND fence = $3::bigint AND status = 'running'`,
    leaseOf(lease),
  )
  if (rowCount !== 1) throw leaseLost(lease)
  await putAction(tx, { type: 'task', task: taskOf(job, lease.node), notBefore: at })
  return job
}

export function leaseLost(lease: Lease, cause?: unknown): PieceworkError {
  return new PieceworkError('lease-lost', `Another worker has taken over ${lease.node.id}.`, { cause })
}

export const leaseOf = (lease: Lease): readonly unknown[] => [lease.job.id, lease.node.id, lease.fence]

async function waitAgain(tx: Queryable, lease: Lease, error: JobError, inMs = 0): Promise<void> {
  const { rowCount } = await tx.query(
    `UPDATE piecework.nodes SET status = 'waiting', attempt = attempt + 1, error = $4::jsonb,
       submitted_at = clock_timestamp() + $5::float8 * interval '1 millisecond'
     WHERE job = $1 AND id = $2 AND fence = $3::bigint AND status = 'running'`,
    [...leaseOf(lease), json(error), inMs],
  )
  if (rowCount !== 1) throw leaseLost(lease)
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

/** Nodes of the batch that have not ended. */
async function countDown(tx: Queryable, { node, job }: Lease): Promise<number> {
  const { rows } = await tx.query<{ remaining: string }>(
    `UPDATE piecework.batches SET remaining = remaining - 1 WHERE job = $1 AND batch = $2
     RETURNING remaining::text AS remaining`,
    [job.id, node.batch],
  )
  return Number(rows[0]?.remaining)
}
