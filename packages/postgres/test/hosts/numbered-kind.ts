import type { ResourceKind } from '@piecework/core'

/** A kind whose ids are numbers of its table's own sequence; the table has `name` and `ready`. */
export const numberedKind = (kind: string, table: string): ResourceKind => ({
  kind,
  table,
  key: { sequence: `public.${table}_id_seq` },
  describe: async ({ id }, db) =>
    (
      await db.query<{ name: string }>(
        `SELECT coalesce(name, '') AS name FROM ${table} WHERE id = $1 AND ready`,
        [id],
      )
    ).rows[0],
  shell: {
    create: async ({ ref, name }, tx) =>
      void (await tx.query(
        `INSERT INTO ${table} (id, name, ready) OVERRIDING SYSTEM VALUE VALUES ($1, $2, false) ON CONFLICT (id) DO NOTHING`,
        [ref.id, name],
      )),
    ready: async ({ id }, tx) =>
      void (await tx.query(`UPDATE ${table} SET ready = true WHERE id = $1`, [id])),
    remove: async ({ id }, tx) => void (await tx.query(`DELETE FROM ${table} WHERE id = $1`, [id])),
  },
})
