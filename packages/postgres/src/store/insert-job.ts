import {
  changedPaths,
  type Job,
  type NewJob,
  type NewNode,
  PieceworkError,
  type Queryable,
  type ResourceRef,
  type ResourceTree,
} from '@piecework/core/store'
import { waitsForRoom } from './admission.js'
import { takeHolds } from './holds.js'
import { json } from './job-row.js'
import { jobOf } from './records.js'

/** Claims, job and nodes; nothing is submitted. Throws `resource-busy` and `too-many-jobs`. */
export async function insertJob(tx: Queryable, job: NewJob, status: 'pending' | 'draft'): Promise<Job> {
  await takeHolds(tx, { paths: job.claims, holder: job, job: job.id, changes: changedPaths(job) })
  const throttled = status === 'pending' && (await waitsForRoom(tx, job))
  const { rows } = await tx.query<{ job: string }>(
    `INSERT INTO piecework.jobs AS j (id, kind, status, tree, target, principal, request, batch, batches, result, retry_of,
       reads, created_at, touched_at, changes, priority, principal_limit, throttled, deadline)
     SELECT $1, $2, $9, $3::jsonb, $4::jsonb, $5::jsonb, $6::jsonb, 0, $7::int, '{}', $8, $10::jsonb, at, at,
       jsonb_build_array(jsonb_build_object('status', $9::text, 'at', at)),
       $11::int, $12::int, $13::boolean, at + $14::float8 * interval '1 millisecond'
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
      status,
      json(job.reads ?? []),
      job.priority ?? 0,
      job.limit?.jobs ?? null,
      String(throttled),
      (status === 'pending' ? job.timeLimitMs : undefined) ?? null,
    ],
  )
  const [row] = rows
  if (!row) throw new PieceworkError('internal', `Job ${job.id} exists.`)
  await tx.query(
    `INSERT INTO piecework.job_resources (job, kind, id)
     SELECT DISTINCT $1, r.kind, r.id FROM jsonb_to_recordset($2::jsonb) AS r(kind text, id text)`,
    [job.id, json(resourcesOf(job))],
  )
  await insertNodes(tx, job.id, job.nodes)
  return jobOf(row.job)
}

export async function insertNodes(tx: Queryable, job: string, nodes: readonly NewNode[]): Promise<void> {
  await tx.query(
    `INSERT INTO piecework.nodes (job, id, task, batch, resource, piece)
     SELECT $1, n.id, n.task, n.batch, n.resource, n.piece
     FROM jsonb_to_recordset($2::jsonb) AS n(id text, task text, batch int, resource jsonb, piece text)`,
    [job, json(nodes)],
  )
  await tx.query(
    `INSERT INTO piecework.batches (job, batch, remaining)
     SELECT job, batch, count(*) FROM piecework.nodes WHERE job = $1 GROUP BY job, batch`,
    [job],
  )
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
