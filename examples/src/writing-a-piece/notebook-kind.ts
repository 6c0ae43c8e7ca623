import type { ResourceKind } from '@piecework/core'

export const notebookKind: ResourceKind = {
  kind: 'notebook',
  table: 'notebooks',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM notebooks WHERE id = $1 AND ready', [id])).rows[0],
  shell: {
    create: async ({ ref, name, owner }, tx) =>
      void (await tx.query(
        `INSERT INTO notebooks (id, name, slug, owner_id, ready) VALUES ($1, $2, $3, $4, false)
         ON CONFLICT (id) DO NOTHING`,
        [ref.id, name, ref.id, owner],
      )),
    ready: async ({ id }, tx) =>
      void (await tx.query('UPDATE notebooks SET ready = true WHERE id = $1', [id])),
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM notebooks WHERE id = $1', [id])),
  },
}
