import {
  type Job,
  type Queryable,
  type Sorting,
  type Upload,
  withSorted,
  withUploads,
} from '@piecework/core/store'
import { jsonText } from './json-text.js'
import { lockJob } from './lock-job.js'
import { assertStorable, storableResult } from './storable.js'

/**
 * Replaces the upload of a draft that `matches`, or removes it if there is no replacement. Resolves to the one that was
 * there. Throws `uploads-closed`.
 */
export async function replaceUpload(
  tx: Queryable,
  id: string,
  matches: (upload: Upload) => boolean,
  replacement?: Upload,
): Promise<Upload | undefined> {
  const { job } = await lockJob(tx, id)
  const found = job.request.input?.uploads.find(matches)
  const added = replacement ? [replacement] : []
  await saveUploads(
    tx,
    withUploads(job, (uploads) => [...uploads.filter((one) => one !== found), ...added]),
  )
  return found
}

/** Resolves to those that are left over. Throws `uploads-closed`, `resource-busy`. */
export async function replaceSorted(
  tx: Queryable,
  id: string,
  sorting: Sorting,
  uploads: readonly Upload[],
): Promise<readonly Upload[]> {
  const locked = await lockJob(tx, id)
  const { findings = [] } = await storableResult({ findings: sorting.findings }, (ask) => ask(tx))
  const { job, left } = withSorted(locked.job, { ...sorting, findings }, uploads)
  await saveUploads(tx, job)
  return left
}

async function saveUploads(tx: Queryable, { id, request }: Job): Promise<void> {
  await assertStorable(tx, { request })
  await tx.query(
    'UPDATE piecework.jobs SET request = $2::jsonb, draft_changed_at = piecework.now(), revision = revision + 1 WHERE id = $1',
    [id, jsonText(request)],
  )
}
