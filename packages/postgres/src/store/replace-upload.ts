import { type Queryable, type Upload, withUploads } from '@piecework/core/store'
import { jsonText } from './json-text.js'
import { lockJob } from './lock-job.js'
import { assertStorable } from './storable.js'

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
  const { request } = withUploads(job, (uploads) => [...uploads.filter((one) => one !== found), ...added])
  await assertStorable(tx, { request })
  await tx.query(
    'UPDATE piecework.jobs SET request = $2::jsonb, draft_changed_at = piecework.now(), revision = revision + 1 WHERE id = $1',
    [id, jsonText(request)],
  )
  return found
}
