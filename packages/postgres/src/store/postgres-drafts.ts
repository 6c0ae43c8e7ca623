import {
  type Database,
  type DraftPlan,
  type Drafts,
  type Job,
  type Queryable,
  withPlan,
} from '@piecework/core/store'
import { queue } from './admission.js'
import { applyEvent } from './apply-event.js'
import { type Clock, msSince } from './clocks.js'
import { findCreated } from './find-created.js'
import { insertJob } from './insert-job.js'
import { insertNodes } from './insert-nodes.js'
import { jsonText } from './json-text.js'
import { lockJob } from './lock-job.js'
import { addRecord } from './postgres-records.js'
import { replaceSorted, replaceUpload } from './replace-upload.js'
import { addRequestKey } from './request-keys.js'
import { assertStorable } from './storable.js'
import { committed } from './unknown-commit.js'

export function postgresDrafts(database: Database, control: Database, clock: Clock): Drafts {
  return {
    create: (job, shells) =>
      committed(
        database,
        async (tx) => {
          await tx.query(`SELECT set_config('piecework.holder', $1, true)`, [job.id])
          const created = await insertJob(tx, job, 'draft')
          await shells(tx)
          return created
        },
        (made) => findCreated(control, made),
      ),
    put: (id, upload) =>
      control.transaction((tx) => replaceUpload(tx, id, ({ role }) => role === upload.role, upload)),
    remove: (id, upload) => control.transaction((tx) => replaceUpload(tx, id, (one) => one.id === upload)),
    sort: (id, sorting, uploads) => control.transaction((tx) => replaceSorted(tx, id, sorting, uploads)),
    run: (id, plan) =>
      control.transaction(async (tx) => {
        const locked = await lockJob(tx, id)
        const planned = withPlan(locked.job, plan, locked.at)
        await addRequestKey(tx, { ...plan, id, principal: planned.principal })
        const { throttled, turn } = await queue(tx, { ...plan, principal: planned.principal })
        const job = throttled ? { ...planned, throttled } : planned
        await assertStorable(tx, { request: job.request })
        await savePlan(tx, job, { ...plan, turn })
        await tx.query('DELETE FROM piecework.batches WHERE job_id = $1', [id])
        await tx.query('DELETE FROM piecework.nodes WHERE job_id = $1', [id])
        await insertNodes(tx, id, plan.nodes)
        if (plan.record) await addRecord(tx, plan.record)
        return applyEvent(tx, { ...locked, job }, { type: 'run' })
      }),
    idleMs: async (id) => {
      const { rows } = await control.query<{ ms: number }>(
        `SELECT extract(epoch FROM piecework.now() - draft_changed_at)::float8 * 1000 AS ms FROM piecework.jobs
         WHERE id = $1 AND draft_changed_at IS NOT NULL AND NOT terminal AND status = 'draft'`,
        [id],
      )
      return rows[0]?.ms
    },
    idle: async (before) => {
      const { rows } = await control.query<{ id: string }>(
        `SELECT id FROM piecework.jobs
         WHERE draft_changed_at < piecework.now() - $1::float8 * interval '1 millisecond'
           AND NOT terminal AND status = 'draft'
         ORDER BY draft_changed_at`,
        [msSince(before, clock)],
      )
      return rows.map(({ id }) => id)
    },
  }
}

/** From now on the job is no draft. */
async function savePlan(
  tx: Queryable,
  job: Job,
  { limit, concurrentJobs, turn }: DraftPlan & { readonly turn: string },
): Promise<void> {
  await tx.query(
    `UPDATE piecework.jobs SET request = $2::jsonb, batches = $3::int, priority = $4::int,
       deadline = $5::timestamptz, principal_limit = $6::int, concurrent_jobs = $7::int, turn = $8::bigint, requested = DEFAULT,
       draft_changed_at = NULL, revision = revision + 1
     WHERE id = $1`,
    [
      job.id,
      jsonText(job.request),
      job.batches,
      job.priority ?? 0,
      job.deadline ?? null,
      limit?.jobs ?? null,
      concurrentJobs ?? null,
      turn,
    ],
  )
}
