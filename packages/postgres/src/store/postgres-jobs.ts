import {
  type Database,
  type Job,
  type Jobs,
  type NewJob,
  PieceworkError,
  type Queryable,
  type ResourceRef,
  type ResourceTree,
} from '@piecework/core'
import { takeHolds } from './holds.js'
import { applyEvent, json, lockJob, submitBatch } from './job-row.js'
import { jobOf } from './records.js'

export function postgresJobs(control: Database): Jobs {
  return {
    create: (job, tx) => (tx ? create(tx, job) : control.transaction((own) => create(own, job))),
    get: async (id) => {
      const sql = 'SELECT to_jsonb(j)::text AS job FROM piecework.jobs j WHERE id = $1'
      const { rows } = await control.query<{ job: string }>(sql, [id])
      return rows[0] && jobOf(rows[0].job)
    },
    list: async ({ resource, limit = 100 }) => {
      const { rows } = await control.query<{ job: string }>(
        `SELECT to_jsonb(j)::text AS job FROM piecework.jobs j
         WHERE $1::text IS NULL
            OR j.id IN (SELECT job FROM piecework.job_resources r WHERE r.kind = $1 AND r.id = $2)
         ORDER BY j.number DESC LIMIT $3::int`,
        [resource?.kind ?? null, resource?.id ?? null, limit],
      )
      return rows.map((row) => jobOf(row.job))
    },
    submitted: (id) =>
      control.transaction(async (tx) => applyEvent(tx, await lockJob(tx, id), { type: 'submitted' })),
    cancel: (id) =>
      control.transaction(async (tx) => {
        const locked = await lockJob(tx, id)
        if (locked.job.outcome) return locked.job
        const remaining = await skipWaiting(tx, locked.job)
        return applyEvent(tx, locked, { type: 'cancelled', remaining })
      }),
  }
}

async function create(tx: Queryable, job: NewJob): Promise<Job> {
  await takeHolds(tx, { paths: job.claims, holder: job, job: job.id })
  const { rows } = await tx.query<{ job: string }>(
    `INSERT INTO piecework.jobs AS j (id, kind, status, tree, target, principal, request, batch, batches, result, retry_of,
       created_at, changes)
     SELECT $1, $2, 'pending', $3::jsonb, $4::jsonb, $5::jsonb, $6::jsonb, 0, $7::int, '{}', $8, at,
       jsonb_build_array(jsonb_build_object('status', 'pending', 'at', at))
     FROM (SELECT clock_timestamp() AS at) AS clock
     ON CONFLICT (id) DO NOTHING
     RETURNING to_jsonb(j)::text AS job`,
    [
      job.id,
      job.kind,
      json(job.tree),
      json(job.target),
      json(job.principal),
      json(job.request),
      job.batches,
      job.retryOf ?? null,
    ],
  )
  const [row] = rows
  if (!row) throw new PieceworkError('internal', `Job ${job.id} exists.`)
  await tx.query(
    `INSERT INTO piecework.job_resources (job, kind, id)
     SELECT DISTINCT $1, r.kind, r.id FROM jsonb_to_recordset($2::jsonb) AS r(kind text, id text)`,
    [job.id, json(resourcesOf(job))],
  )
  await tx.query(
    `INSERT INTO piecework.nodes (job, id, task, batch, resource, piece)
     SELECT $1, n.id, n.task, n.batch, n.resource, n.piece
     FROM jsonb_to_recordset($2::jsonb) AS n(id text, task text, batch int, resource jsonb, piece text)`,
    [job.id, json(job.nodes)],
  )
  await tx.query(
    `INSERT INTO piecework.batches (job, batch, remaining)
     SELECT job, batch, count(*) FROM piecework.nodes WHERE job = $1 GROUP BY job, batch`,
    [job.id],
  )
  await submitBatch(tx, job.id, 0)
  return jobOf(row.job)
}

/** What a job reads or makes: an import's tree is the exported one, which is not read. */
function resourcesOf({ kind, tree, target }: NewJob): readonly ResourceRef[] {
  const read = kind === 'export' || kind === 'clone' ? flat(tree) : []
  return target ? [...read, target] : read
}

const flat = (tree: ResourceTree): readonly ResourceRef[] => [
  { kind: tree.kind, id: tree.id },
  ...tree.children.flatMap(flat),
]

/** Of the current batch. Tells how many of it run. */
async function skipWaiting(tx: Queryable, { id, batch }: Job): Promise<number> {
  await tx.query(
    `UPDATE piecework.nodes SET status = 'skipped', ended_at = clock_timestamp()
     WHERE job = $1 AND batch = $2 AND status = 'waiting'`,
    [id, batch],
  )
  const { rows } = await tx.query<{ remaining: number }>(
    `UPDATE piecework.batches b SET remaining =
       (SELECT count(*) FROM piecework.nodes n WHERE n.job = b.job AND n.batch = b.batch AND n.status = 'running')
     WHERE job = $1 AND batch = $2 RETURNING remaining`,
    [id, batch],
  )
  return rows[0]?.remaining ?? 0
}
