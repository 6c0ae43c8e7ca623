import type { Database, ReplacedValue, ReplacedValues } from '@piecework/core/store'

export const postgresReplacedValues = (control: Database): ReplacedValues => ({
  add: async ({ job, node }, values, tx) => {
    await tx.query('INSERT INTO piecework.replaced_values (job_id, node_id, page) VALUES ($1, $2, $3)', [
      job.id,
      node.id,
      JSON.stringify(values),
    ])
  },
  page: async (job, after) => {
    const { rows } = await control.query<{ id: string; page: string }>(
      `SELECT r.id::text AS id, r.page FROM piecework.replaced_values r
       WHERE r.job_id = $1 AND r.id > coalesce($2::bigint, 0) ORDER BY r.id LIMIT 1`,
      [job, after ?? null],
    )
    return rows[0] && { id: rows[0].id, values: JSON.parse(rows[0].page) as readonly ReplacedValue[] }
  },
})
