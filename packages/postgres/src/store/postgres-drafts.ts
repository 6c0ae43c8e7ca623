import {
  type Database,
  type DraftPlan,
  type Drafts,
  type Job,
  type Queryable,
  type Upload,
  withPlan,
  withUploads,
} from '@piecework/core/store'
import { waitsForRoom } from './admission.js'
import { applyEvent } from './apply-event.js'
import { msSince } from './clocks.js'
import { insertJob, insertNodes } from './insert-job.js'
import { json, lockJob } from './job-row.js'

export function postgresPreparations(database: Database, control: Database): Drafts {
  /** Resolves to the upload that `find` finds, which `edit` replaces or leaves out. */
  const change = (id: string, find: (upload: Upload) => boolean, put?: Upload): Promise<Upload | undefined> =>
    control.transaction(async (tx) => {
      const { job } = await lockJob(tx, id)
      const found = job.request.input?.uploads.find(find)
      await touch(
        tx,
        withUploads(job, (now) => [...now.filter((one) => one !== found), ...(put ? [put] : [])]),
      )
      return found
    })
  return {
    create: (job, shells) =>
      database.transaction(async (tx) => {
        const created = await insertJob(tx, job, 'draft')
        await shells(tx)
        return created
      }),
    put: (id, upload) => change(id, ({ role }) => role === upload.role, upload),
    remove: (id, upload) => change(id, (one) => one.id === upload),
    run: (id, plan) =>
      control.transaction(async (tx) => {
        const locked = await lockJob(tx, id)
        const planned = withPlan(locked.job, plan, locked.at)
        const throttled = await waitsForRoom(tx, { ...plan, principal: planned.principal })
        const job = throttled ? { ...planned, throttled } : planned
        await touch(tx, job)
        await setTerms(tx, job, plan)
        await tx.query('DELETE FROM piecework.batches WHERE job = $1', [id])
        await tx.query('DELETE FROM piecework.nodes WHERE job = $1', [id])
        await insertNodes(tx, id, plan.nodes)
        return applyEvent(tx, { ...locked, job }, { type: 'prepared' })
      }),
    idle: async (before) => {
      const { rows } = await control.query<{ id: string }>(
        `SELECT id FROM piecework.jobs WHERE status = 'draft' AND touched_at < clock_timestamp() - $1::float8 * interval '1 millisecond'
         ORDER BY touched_at`,
        [msSince(before)],
      )
      return rows.map(({ id }) => id)
    },
  }
}

async function touch(tx: Queryable, { id, request, batches }: Job): Promise<void> {
  await tx.query(
    'UPDATE piecework.jobs SET request = $2::jsonb, batches = $3::int, touched_at = clock_timestamp() WHERE id = $1',
    [id, json(request), batches],
  )
}

async function setTerms(tx: Queryable, { id, priority, deadline }: Job, { limit }: DraftPlan): Promise<void> {
  await tx.query(
    `UPDATE piecework.jobs SET priority = $2::int, deadline = $3::timestamptz, principal_limit = $4::int WHERE id = $1`,
    [id, priority ?? 0, deadline ?? null, limit?.jobs ?? null],
  )
}
