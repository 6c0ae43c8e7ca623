import {
  type Database,
  type Job,
  type Lease,
  PieceworkError,
  type Queryable,
  taskOf,
} from '@piecework/core/store'
import { autocommits } from '../database/autocommit-database.js'
import { defaults } from '../defaults.js'
import type { HeldSnapshot } from './held-snapshot.js'
import { addToOutbox } from './outbox-item.js'

/** What the store knows of a job's moment. */
export interface MomentState {
  /** 0: none was taken yet. */
  readonly moment: number
  /** Since it was taken. */
  readonly ageMs: number
  /** One node of the job reads, and no other. */
  readonly isAlone: boolean
  /** Names of exported snapshots of it; some may be of processes that have died. */
  readonly snapshots: readonly string[]
}

/** A snapshot that this process holds for a job. */
export interface NewHolder {
  readonly held: HeldSnapshot
  readonly storeId: string
  /** Of the job, that reads. */
  readonly lastBatch: number
}

/** Throws `job-not-found`. */
export async function momentState(control: Database, job: string): Promise<MomentState> {
  const [row] = await one<{ moment: number; age_ms: number | null; alone: boolean; snapshots: string }>(
    control,
    `SELECT j.moment, extract(epoch FROM piecework.now() - j.moment_at)::float8 * 1000 AS age_ms,
       (SELECT count(*) < 2 AND NOT coalesce(bool_or(r.task = 'plan'), false)
        FROM (SELECT task FROM piecework.nodes WHERE job_id = $1 AND task IN ('plan', 'export') LIMIT 2) r) AS alone,
       to_jsonb(ARRAY(SELECT s.snapshot FROM piecework.snapshots s WHERE s.job_id = j.id AND s.moment = j.moment))::text
         AS snapshots
     FROM piecework.jobs j WHERE j.id = $1`,
    [job],
  )
  if (!row) throw new PieceworkError('job-not-found', `There is no job ${job}.`)
  const snapshots = JSON.parse(row.snapshots) as string[]
  return { moment: Number(row.moment), ageMs: Number(row.age_ms ?? 0), isAlone: row.alone, snapshots }
}

/** Lets others see what it sees. False if the job reads at another moment by now. */
export async function addHolder(
  control: Database,
  job: string,
  moment: number,
  { held, storeId, lastBatch }: NewHolder,
): Promise<boolean> {
  // The lock makes this wait for a moment that is being taken.
  const added = await one(
    control,
    `INSERT INTO piecework.snapshots (job_id, holder, store_id, moment, snapshot, last_batch)
     SELECT j.id, $2::uuid, $3, j.moment, $4, $5::int FROM (
       SELECT id, moment FROM piecework.jobs WHERE id = $1 AND moment = $6::int FOR SHARE) j
     RETURNING 1`,
    [job, held.id, storeId, held.snapshot, lastBatch, moment],
  )
  return added.length === 1
}

export async function removeHolders(control: Database, holders: readonly string[]): Promise<void> {
  await one(
    control,
    'DELETE FROM piecework.snapshots USING unnest($1::uuid[]) AS gone(id) WHERE holder = gone.id',
    [`{${holders.join(',')}}`],
  )
}

/** Forgets a snapshot that cannot be joined any more. */
export async function removeSnapshot(control: Database, job: string, snapshot: string): Promise<void> {
  await one(control, 'DELETE FROM piecework.snapshots WHERE job_id = $1 AND snapshot = $2', [job, snapshot])
}

/**
 * Makes what is held the job's moment, after `lost`. What nodes have read at that, or have taken over from another job,
 * is read again. False if another process was first. Throws `snapshot-lost`, and `lease-lost`: an attempt that was taken
 * over would take back what others have read since.
 */
export async function takeMoment(
  control: Database,
  lease: Lease,
  lost: number,
  holder: NewHolder,
): Promise<boolean> {
  const isTaken = await tryTake(control, lease, lost, holder)
  if (!isTaken && !(await isLeased(control, lease)))
    throw new PieceworkError('lease-lost', `Another worker has taken over ${lease.node.id}.`)
  return isTaken
}

async function isLeased(control: Database, { job, node, fence }: Lease): Promise<boolean> {
  const found = await one(
    control,
    `SELECT 1 FROM piecework.nodes WHERE job_id = $1 AND id = $2 AND fence = $3::bigint AND status = 'running'`,
    [job.id, node.id, fence],
  )
  return found.length === 1
}

async function tryTake(control: Database, lease: Lease, lost: number, holder: NewHolder): Promise<boolean> {
  if (lost === 0 && lease.job.retryOf === undefined)
    return (await one(control, takeSql, takeValues(lease, lost, holder))).length === 1
  try {
    return await control.transaction(async (tx) => {
      const again = await takeBack(tx, lease, lost, holder.lastBatch)
      const isLoss = lost > 0 && again.some(({ status }) => status === 'done')
      const { rows } = await tx.query<{ lost_moments: number }>(
        takeSql,
        takeValues(lease, lost, holder, isLoss),
      )
      const [taken] = rows
      if (!taken) throw new Changed()
      if (isLoss && Number(taken.lost_moments) > defaults.lostMoments) throw lostTooOften(lease.job)
      await tx.query('DELETE FROM piecework.snapshots WHERE job_id = $1 AND holder <> $2::uuid', [
        lease.job.id,
        holder.held.id,
      ])
      await submitAgain(tx, lease.job, again, holder.lastBatch)
      return true
    })
  } catch (error) {
    if (error instanceof Changed) return false
    throw error
  }
}

class Changed extends Error {}

const takeSql = `WITH taken AS (
    UPDATE piecework.jobs SET moment = moment + 1, moment_at = $4::timestamptz, revision = revision + 1,
      lost_moments = lost_moments + $8::int
    WHERE id = $1 AND moment = $2::int AND batch = $3::int AND NOT terminal
      AND EXISTS (SELECT FROM piecework.nodes n
        WHERE n.job_id = $1 AND n.id = $10 AND n.fence = $11::bigint AND n.status = 'running')
    RETURNING id, moment, lost_moments
  ), held AS (
    INSERT INTO piecework.snapshots (job_id, holder, store_id, moment, snapshot, last_batch)
    SELECT id, $5::uuid, $6, moment, $7, $9::int FROM taken
  )
  SELECT lost_moments FROM taken`

const takeValues = (
  { job, node, fence }: Lease,
  lost: number,
  { held, storeId, lastBatch }: NewHolder,
  isLoss = false,
): readonly unknown[] => [
  job.id,
  lost,
  node.batch,
  held.at,
  held.id,
  storeId,
  held.snapshot,
  isLoss ? 1 : 0,
  lastBatch,
  node.id,
  fence,
]

interface Again {
  readonly id: string
  readonly attempt: number
  /** As it was. */
  readonly status: string
}

/** Rows are locked in the order in which ends of nodes lock them: nodes, batch, job. */
async function takeBack(
  tx: Queryable,
  { job, node }: Lease,
  lost: number,
  batch: number,
): Promise<readonly Again[]> {
  const { rows } = await tx.query<Again>(
    `WITH before AS MATERIALIZED (
       SELECT id, status FROM piecework.nodes
       WHERE job_id = $1 AND (id = $3 OR (batch = $2::int AND task = 'export'
         AND (status = 'running' OR (status = 'done' AND (moment = $4::int OR reused_from IS NOT NULL)))))
       ORDER BY id FOR UPDATE
     )
     UPDATE piecework.nodes n
     SET status = 'waiting', fence = n.fence + 1, lease_until = NULL, revision = n.revision + 1, ended_at = NULL,
       submitted_at = piecework.now(), counts = NULL, entries = NULL, moment = NULL, version = NULL, reused_from = NULL,
       output = NULL, progress = NULL
     FROM before WHERE n.job_id = $1 AND n.id = before.id AND n.id <> $3
     RETURNING n.id, n.attempt, before.status`,
    [job.id, batch, node.id, lost],
  )
  if (rows.length === 0) return rows
  await tx.query(
    `DELETE FROM piecework.findings f USING jsonb_array_elements_text($2::jsonb) AS again(id)
     WHERE f.job_id = $1 AND f.node_id = again.id`,
    [job.id, JSON.stringify(rows.map(({ id }) => id))],
  )
  await tx.query(
    'UPDATE piecework.batches SET remaining = remaining + $3::int WHERE job_id = $1 AND batch = $2::int',
    [job.id, batch, rows.filter(({ status }) => status === 'done').length],
  )
  return rows
}

/** An item of a batch is about first attempts alone. */
async function submitAgain(tx: Queryable, job: Job, again: readonly Again[], batch: number): Promise<void> {
  if (again.length > 0) await addToOutbox(tx, { type: 'batch', job: job.id, batch })
  for (const { id, attempt } of again)
    if (Number(attempt) > 1)
      await addToOutbox(tx, {
        type: 'task',
        task: taskOf(job, { id, attempt: Number(attempt) }),
        notBefore: new Date(0),
      })
}

function lostTooOften({ id }: Job): PieceworkError {
  const message = `The moment at which job ${id} reads was lost ${defaults.lostMoments + 1} times: the processes or connections that held it have ended.`
  return new PieceworkError('snapshot-lost', message, { retryable: true })
}

/** One statement, as one message if that can be. */
async function one<Row extends object = object>(
  control: Database,
  sql: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const { rows } = autocommits(control)
    ? await control.autocommit<Row>(sql, values)
    : await control.query<Row>(sql, values)
  return rows
}
