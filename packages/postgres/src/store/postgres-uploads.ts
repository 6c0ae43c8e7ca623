import {
  type Database,
  type NewPartialUpload,
  PieceworkError,
  type Queryable,
  tooManyUploads,
  type UploadPart,
  type UploadQuota,
  type Uploads,
  uploadNotFound,
} from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { tryAdvisoryLock } from './advisory-lock.js'
import { jsonText } from './json-text.js'
import { lockKey } from './lock-key.js'
import { replaceUpload } from './replace-upload.js'
import { assertStorable } from './storable.js'
import { findUpload, refuseUpload, type UploadRow, uploadColumns, uploadOf } from './upload-rows.js'

export function postgresUploads(control: Database): Uploads {
  return {
    create: (asked) =>
      control.transaction(async (tx) => {
        await assertDraft(tx, asked)
        await assertRoom(tx, asked)
        return insertUpload(tx, asked)
      }),
    get: (id) => findUpload(control, id),
    parts: async (id) => {
      const { rows } = await control.query<{ size: string; fence: string }>(
        `SELECT size::text, fence::text FROM piecework.upload_parts WHERE upload_id = $1 ORDER BY number`,
        [id],
      )
      return rows.map(({ size, fence }): UploadPart => ({ size: Number(size), fence: Number(fence) }))
    },
    acquire: async (id) => {
      const { rows } = await control.query<UploadRow & { fence: string }>(
        `UPDATE piecework.uploads u SET fence = fence + 1
         WHERE id = $1 AND finished_at IS NULL AND expires_at > piecework.now()
         RETURNING ${uploadColumns}, fence::text`,
        [id],
      )
      const [row] = rows
      if (!row) return refuseUpload(control, id)
      return { upload: uploadOf(row), fence: Number(row.fence) }
    },
    add: ({ id, fence }, { size, ttlMs, file }) =>
      control.transaction(async (tx) => {
        const { rows } = await tx.query<UploadRow>(
          `UPDATE piecework.uploads u SET received = received + $3::bigint, parts = parts + 1,
             expires_at = piecework.now() + $4::float8 * interval '1 millisecond',
             finished_at = CASE WHEN $5::boolean THEN piecework.now() END
           WHERE id = $1 AND fence = $2::bigint AND finished_at IS NULL AND received + $3::bigint <= u.size
           RETURNING ${uploadColumns}`,
          [id, fence, size, ttlMs, String(file !== undefined)],
        )
        const [row] = rows
        if (!row) return refusePart(tx, { id, fence })
        const upload = uploadOf(row)
        await tx.query(
          'INSERT INTO piecework.upload_parts (upload_id, number, size, fence) VALUES ($1, $2::int, $3::bigint, $4::bigint)',
          [id, upload.parts, size, fence],
        )
        if (!file) await assertDraft(tx, upload)
        const replaced = file && (await replaceUpload(tx, upload.job, ({ role }) => role === file.role, file))
        return { upload, ...(replaced && { replaced }) }
      }),
    hasJob: async (job) => {
      const { rowCount } = await control.query('SELECT FROM piecework.uploads WHERE job_id = $1 LIMIT 1', [
        job,
      ])
      return rowCount === 1
    },
    expired: async (limit) => {
      const { rows } = await control.query<UploadRow>(
        `UPDATE piecework.uploads u SET fence = fence + 1
         WHERE id IN (SELECT id FROM piecework.uploads WHERE expires_at <= piecework.now()
           ORDER BY expires_at LIMIT $1::int FOR UPDATE SKIP LOCKED)
         RETURNING ${uploadColumns}`,
        [limit],
      )
      return rows.map(uploadOf)
    },
    discard: async (id) => {
      const { rowCount } = await control.query(
        'DELETE FROM piecework.uploads WHERE id = $1 AND finished_at IS NULL',
        [id],
      )
      if (rowCount !== 1) await refuseUpload(control, id)
    },
    remove: async (id) => {
      await control.query('DELETE FROM piecework.uploads WHERE id = $1', [id])
    },
  }
}

async function insertUpload(tx: Queryable, asked: NewPartialUpload) {
  const { id, principal, job, role, into, fileName, metadata, clientMetadata, size, ttlMs } = asked
  await assertStorable(tx, { principal, into, fileName, metadata, clientMetadata })
  const { rows } = await tx.query<UploadRow>(
    `INSERT INTO piecework.uploads AS u
       (id, principal, job_id, role, parent, file_name, metadata, size, created_at, expires_at, client_metadata)
     SELECT $1, $2::jsonb, $3, $4, $5::jsonb, $6, $7::jsonb, $8::bigint, at, at + $9::float8 * interval '1 millisecond', $10
     FROM (SELECT piecework.now() AS at) AS clock
     RETURNING ${uploadColumns}`,
    [
      id,
      jsonText(principal),
      job,
      role ?? null,
      jsonText(into),
      fileName,
      jsonText(metadata),
      size,
      ttlMs,
      clientMetadata ?? null,
    ],
  )
  const [row] = rows
  if (!row) throw new PieceworkError('internal', `Upload ${id} was not stored.`)
  return uploadOf(row)
}

/** Of those that are unfinished and can still be finished: until the transaction ends, no other one of the principal is created. */
async function assertRoom(tx: Queryable, { principal, size, quota }: NewPartialUpload): Promise<void> {
  const key = lockKey('uploads', principal.id)
  const isAlone = await tryAdvisoryLock(tx, { key, lockTimeoutMs: defaults.principalLockTimeoutMs })
  const { rows } = await tx.query<{ uploads: string; bytes: string }>(
    `SELECT count(*)::text AS uploads, coalesce(sum(size), 0)::text AS bytes FROM piecework.uploads
     WHERE principal ->> 'id' = $1 AND finished_at IS NULL AND (role IS NULL
       OR EXISTS (SELECT FROM piecework.jobs j WHERE j.id = job_id AND j.status = 'draft'))`,
    [principal.id],
  )
  const unfinished: UploadQuota = { uploads: Number(rows[0]?.uploads), bytes: Number(rows[0]?.bytes) }
  if (!isAlone || unfinished.uploads >= quota.uploads || unfinished.bytes + size > quota.bytes)
    throw tooManyUploads(principal.id, unfinished, quota)
}

/** Throws `uploads-closed`. */
async function assertDraft(
  tx: Queryable,
  { role, job }: Pick<NewPartialUpload, 'role' | 'job'>,
): Promise<void> {
  if (role === undefined) return
  // One that takes files is no draft that was left alone; its row need not be written for each of them.
  const { rows } = await tx.query<{ status: string }>(
    `UPDATE piecework.jobs SET draft_changed_at = piecework.now()
     WHERE id = $1 AND status = 'draft' AND draft_changed_at < piecework.now() - interval '1 minute'
     RETURNING status`,
    [job],
  )
  if (rows.length === 1) return
  const found = await tx.query('SELECT FROM piecework.jobs WHERE id = $1 AND status = $2', [job, 'draft'])
  if (found.rowCount === 1) return
  throw new PieceworkError('uploads-closed', `Job ${job} is no draft any more: its files stay as they are.`)
}

async function refusePart(
  tx: Queryable,
  { id, fence }: { readonly id: string; readonly fence: number },
): Promise<never> {
  const { rows } = await tx.query<{ fence: string; size: string }>(
    'SELECT fence::text, size::text FROM piecework.uploads WHERE id = $1',
    [id],
  )
  const [row] = rows
  if (!row) throw uploadNotFound(id)
  if (Number(row.fence) !== fence)
    throw new PieceworkError('lease-lost', `Another request goes on with upload ${id}.`)
  throw new PieceworkError('upload-limit', `Upload ${id} has ${row.size} bytes.`)
}
