import type { Queryable, ResourcePath } from '@piecework/core/store'

/**
 * Remembers that these paths may change from now on, for the failed exports that had claimed what overlaps them. Rows are only added, and only
 * where there is such an export: so edits that are shared never wait for each other here.
 */
export async function touch(db: Queryable, paths: readonly ResourcePath[]): Promise<void> {
  if (paths.length === 0) return
  await db.query(
    `INSERT INTO piecework.touched (job)
     SELECT DISTINCT r.job FROM jsonb_array_elements_text($1::jsonb) AS p(path)
     JOIN piecework.retriable r ON r.root = split_part(p.path, '/', 1)
     WHERE (r.path = p.path OR starts_with(r.path, p.path || '/') OR starts_with(p.path, r.path || '/'))
       AND NOT EXISTS (SELECT FROM piecework.touched t WHERE t.job = r.job)`,
    [JSON.stringify(paths)],
  )
}

/** Whether nothing that the ended export had claimed has been touched since. */
export async function isUntouched(db: Queryable, job: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `SELECT FROM piecework.retriable r
     WHERE r.job = $1 AND NOT EXISTS (SELECT FROM piecework.touched t WHERE t.job = r.job) LIMIT 1`,
    [job],
  )
  return rowCount === 1
}
