import {
  type NewJob,
  type PartialUpload,
  type Queryable,
  uploadExpired,
  uploadFinished,
  uploadNotFound,
} from '@piecework/core/store'

/** Of `uploads u`, as `uploadOf` reads it. */
export const uploadColumns = `to_jsonb(u)::text AS upload`

export interface UploadRow {
  readonly upload: string
}

export function uploadOf({ upload }: UploadRow): PartialUpload {
  const row = JSON.parse(upload) as Record<string, unknown>
  return {
    id: row.id as string,
    principal: row.principal as PartialUpload['principal'],
    job: row.job_id as string,
    fileName: row.file_name as string,
    size: Number(row.size),
    offset: Number(row.received),
    parts: Number(row.parts),
    createdAt: new Date(row.created_at as string),
    expiresAt: new Date(row.expires_at as string),
    ...(row.role !== null && { role: row.role as string }),
    ...(row.parent !== null && { into: row.parent as NonNullable<PartialUpload['into']> }),
    ...(row.metadata !== null && { metadata: row.metadata as NonNullable<PartialUpload['metadata']> }),
    ...(row.client_metadata !== null && { clientMetadata: row.client_metadata as string }),
    ...(row.finished_at !== null && { finishedAt: new Date(row.finished_at as string) }),
  }
}

export async function findUpload(db: Queryable, id: string): Promise<PartialUpload | undefined> {
  const sql = `SELECT ${uploadColumns} FROM piecework.uploads u WHERE id = $1`
  const { rows } = await db.query<UploadRow>(sql, [id])
  return rows[0] && uploadOf(rows[0])
}

/** Why an upload takes nothing more: throws `upload-not-found`, `uploads-closed` or `expired`. */
export async function refuseUpload(db: Queryable, id: string): Promise<never> {
  const upload = await findUpload(db, id)
  if (!upload) throw uploadNotFound(id)
  throw upload.finishedAt ? uploadFinished(upload) : uploadExpired(upload)
}

/** The job imports it. Throws `upload-not-found`, `uploads-closed`, `expired`. */
export async function finishUpload(tx: Queryable, { upload }: Pick<NewJob, 'upload'>): Promise<void> {
  if (upload === undefined) return
  const { rowCount } = await tx.query(
    `UPDATE piecework.uploads SET finished_at = piecework.now()
     WHERE id = $1 AND finished_at IS NULL AND expires_at > piecework.now()`,
    [upload],
  )
  if (rowCount !== 1) await refuseUpload(tx, upload)
}
