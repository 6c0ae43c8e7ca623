import { type Job, type JobEffect, keptUntil, type Queryable } from '@piecework/core/store'
import { insertNodes } from './insert-nodes.js'
import { jsonText } from './json-text.js'
import { addToOutbox } from './outbox-item.js'

/**
 * Stores the job, if it is another one than `before`, and submits the batch that follows. `empty`: it has no nodes.
 * Releases nothing.
 */
export async function saveTransition(
  tx: Queryable,
  before: Job,
  { job, effects }: { readonly job: Job; readonly effects: readonly JobEffect[] },
): Promise<'empty' | undefined> {
  if (job !== before) await saveJob(tx, job)
  for (const effect of effects) {
    if (effect.type === 'follow') await insertNodes(tx, job.id, effect.nodes)
    if (effect.type === 'submit' && !(await submitBatch(tx, job.id, effect.batch))) return 'empty'
  }
  return undefined
}

/** False, and nothing is submitted, if no node of the batch is open. */
export async function submitBatch(tx: Queryable, job: string, batch: number): Promise<boolean> {
  const { rowCount } = await tx.query(
    'UPDATE piecework.batches SET submitted_at = piecework.now() WHERE job_id = $1 AND batch = $2 AND remaining > 0',
    [job, batch],
  )
  if (rowCount !== 1) return false
  await addToOutbox(tx, { type: 'batch', job, batch })
  return true
}

async function saveJob(tx: Queryable, job: Job): Promise<void> {
  await tx.query(
    `UPDATE piecework.jobs SET status = $2, outcome = $3, error = $4::jsonb, batch = $5, result = $6::jsonb,
       changes = $7::jsonb, retain_until = $8::timestamptz, throttled = $9::boolean, stopped = $10::boolean,
       revision = revision + 1
     WHERE id = $1`,
    [
      job.id,
      job.status,
      job.outcome ?? null,
      jsonText(job.error),
      job.batch,
      jsonText(job.result),
      jsonText(job.changes),
      keptUntil(job) ?? null,
      String(job.throttled ?? false),
      String(job.stopped ?? false),
    ],
  )
}
