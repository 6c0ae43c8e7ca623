import type { Database, Revocations } from '@piecework/core/store'

export const postgresRevocations = (control: Database): Revocations => ({
  add: async (id, until) => {
    const { rows } = await control.query<{ added: boolean }>(
      `INSERT INTO piecework.revocations AS r (id, until) VALUES ($1, $2)
       ON CONFLICT (id) DO UPDATE SET until = greatest(r.until, excluded.until) RETURNING r.xmax = 0 AS added`,
      [id, until],
    )
    return rows[0]?.added === true
  },
  has: async (id) => {
    const { rows } = await control.query('SELECT FROM piecework.revocations WHERE id = $1', [id])
    return rows.length === 1
  },
  sweep: async (limit) => {
    const { rowCount } = await control.query(
      `DELETE FROM piecework.revocations WHERE id IN (
         SELECT id FROM piecework.revocations WHERE until < piecework.now() ORDER BY until LIMIT $1::int)`,
      [limit],
    )
    return rowCount
  },
})
