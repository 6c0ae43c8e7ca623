import type { Queryable, ResourcePath } from '@piecework/core/store'

/**
 * Failed and cancelled exports that had claimed what overlaps these paths: a retry of them reuses nothing.
 */
export async function invalidateRetries(db: Queryable, paths: readonly ResourcePath[]): Promise<void> {
  if (paths.length === 0) return
  await db.query(
    `INSERT INTO piecework.retry_invalidations (job_id)
     SELECT DISTINCT r.job_id FROM jsonb_array_elements_text($1::jsonb) AS p(path)
     JOIN piecework.retry_claims r ON r.root = split_part(p.path, '/', 1)
     WHERE (r.path = p.path OR starts_with(r.path, p.path || '/') OR starts_with(p.path, r.path || '/'))
       AND NOT EXISTS (SELECT FROM piecework.retry_invalidations i WHERE i.job_id = r.job_id)`,
    [JSON.stringify(paths)],
  )
}

/** Whether nothing that the ended export had claimed may have changed since. */
export async function isUntouched(db: Queryable, job: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `SELECT FROM piecework.retry_claims r
     WHERE r.job_id = $1
       AND NOT EXISTS (SELECT FROM piecework.retry_invalidations i WHERE i.job_id = r.job_id) LIMIT 1`,
    [job],
  )
  return rowCount === 1
}
