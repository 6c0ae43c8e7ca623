import type { Database, Revocations } from '@piecework/core/store'

export const postgresRevocations = (control: Database): Revocations => ({
  add: async (id, until) => {
    const { rowCount } = await control.query(
      'INSERT INTO piecework.revocations (id, until) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [id, until],
    )
    return rowCount === 1
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
