import {
  assertKeptAt,
  changedPaths,
  type Job,
  type NewJob,
  PieceworkError,
  type Queryable,
  type ResourceRef,
  type ResourceTree,
} from '@piecework/core/store'
import { queue } from './admission.js'
import { acquireHold } from './claims.js'
import { insertNodes } from './insert-nodes.js'
import { jsonText } from './json-text.js'
import { addRecord } from './postgres-records.js'
import { jobOf } from './records.js'
import { addRequestKey } from './request-keys.js'
import { assertStorable } from './storable.js'
import { takeDeliveries } from './take-deliveries.js'
import { finishUpload } from './upload-rows.js'

/** Claims, job and nodes; submits nothing. Throws `request-key-used`, `delivery-taken`, `resource-busy` and `too-many-jobs`. */
export async function insertJob(tx: Queryable, job: NewJob, status: 'pending' | 'draft'): Promise<Job> {
  const { tree, target, principal, request } = job
  await assertStorable(tx, { tree, ...(target && { target }), principal, request })
  await addRequestKey(tx, job)
  await finishUpload(tx, job)
  if (job.deliversOnce) await takeDeliveries(tx, job)
  await assertReadable(tx, job)
  await acquireHold(tx, { paths: job.claims, holder: job, job: job.id, changes: changedPaths(job) })
  const { throttled, turn } = status === 'pending' ? await queue(tx, job) : { throttled: false, turn: '0' }
  const { rows } = await tx.query<{ job: string }>(
    `INSERT INTO piecework.jobs AS j (id, kind, status, tree, target, targets, principal, request, batch, batches, result, retry_of,
       reads, created_at, draft_changed_at, changes, priority, principal_limit, throttled, deadline, concurrent_jobs, turn)
     SELECT $1, $2, $9, $3::jsonb, $4::jsonb, $15::jsonb, $5::jsonb, $6::jsonb, 0, $7::int, '{}', $8, $10::jsonb, at,
       CASE WHEN $9::text = 'draft' THEN at END,
       jsonb_build_array(jsonb_build_object('status', $9::text, 'at', at)),
       $11::int, $12::int, $13::boolean, at + $14::float8 * interval '1 millisecond', $16::int, $17::bigint
     FROM (SELECT piecework.now() AS at) AS clock
     ON CONFLICT (id) DO NOTHING
     RETURNING to_jsonb(j)::text AS job`,
    [
      job.id,
      job.kind,
      jsonText(job.tree),
      jsonText(job.target),
      jsonText(job.principal),
      jsonText(job.request),
      job.batches,
      job.retryOf ?? null,
      status,
      jsonText(job.reads ?? []),
      job.priority ?? 0,
      job.limit?.jobs ?? null,
      String(throttled),
      (status === 'pending' ? job.timeLimitMs : undefined) ?? null,
      jsonText(job.targets),
      job.concurrentJobs ?? null,
      turn,
    ],
  )
  const [row] = rows
  if (!row) throw new PieceworkError('internal', `Job ${job.id} exists.`)
  await tx.query(
    `INSERT INTO piecework.job_resources (job_id, kind, id)
     SELECT DISTINCT $1, r.kind, r.id FROM jsonb_to_recordset($2::jsonb) AS r(kind text, id text)`,
    [job.id, jsonText(resourcesOf(job))],
  )
  await insertNodes(tx, job.id, job.nodes)
  if (job.record) await addRecord(tx, job.record)
  return jobOf(row.job)
}

/** Throws `expired`. The lock keeps what is read from being deleted before the job that reads it is there; jobs that go on do not wait. */
async function assertReadable(tx: Queryable, { kind, reads = [] }: NewJob): Promise<void> {
  if (kind === 'export' || reads.length === 0) return
  const { rows } = await tx.query<{ job: string; at: string }>(
    `SELECT to_jsonb(j)::text AS job, to_jsonb(piecework.now()) #>> '{}' AS at FROM piecework.jobs j
     WHERE id IN (SELECT jsonb_array_elements_text($1::jsonb)) ORDER BY id FOR KEY SHARE`,
    [jsonText(reads)],
  )
  for (const { job, at } of rows) assertKeptAt(jobOf(job), new Date(at))
}

/** Resources that the job reads or creates. The tree of an import is the exported one, which is not read. */
function resourcesOf({ kind, tree, target }: NewJob): readonly ResourceRef[] {
  const read = kind === 'export' || kind === 'clone' || kind === 'delivery' ? flatten(tree) : []
  return target ? [...read, target] : read
}

const flatten = (tree: ResourceTree): readonly ResourceRef[] => [
  { kind: tree.kind, id: tree.id },
  ...tree.children.flatMap(flatten),
]
