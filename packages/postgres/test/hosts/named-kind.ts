import type { ResourceKind } from '@piecework/core'
import { quoteIdent } from '@piecework/postgres'

/** A kind whose table has `name` and `ready`. `key`: as of a resource kind. */
export const namedKind = (
  kind: string,
  table: string,
  key: NonNullable<ResourceKind['key']>,
): ResourceKind => ({
  kind,
  table,
  key,
  describe: async ({ id }, db) =>
    (
      await db.query<{ name: string }>(
        `SELECT coalesce(name, '') AS name FROM ${quoteIdent(table)} WHERE id = $1 AND ready`,
        [id],
      )
    ).rows[0],
  shell: {
    create: async ({ ref, name }, tx) =>
      void (await tx.query(
        `INSERT INTO ${quoteIdent(table)} (id, name, ready) OVERRIDING SYSTEM VALUE VALUES ($1, $2, false) ON CONFLICT (id) DO NOTHING`,
        [ref.id, name],
      )),
    ready: async ({ id }, tx) =>
      void (await tx.query(`UPDATE ${quoteIdent(table)} SET ready = true WHERE id = $1`, [id])),
    remove: async ({ id }, tx) =>
      void (await tx.query(`DELETE FROM ${quoteIdent(table)} WHERE id = $1`, [id])),
  },
})

/** Its ids are numbers of the table's own sequence. */
export const numberedKind = (kind: string, table: string): ResourceKind =>
  namedKind(kind, table, { sequence: `public.${table}_id_seq` })
