import {
  PieceworkError,
  type Queryable,
  type ResourceKind,
  type ResourceRef,
  type ShellLifecycle,
} from '@piecework/core/piece'
import { imageryTables } from './imagery-tables.js'
import { sameId } from './same-id.js'

const { projects } = imageryTables

/** Projects of the schema `imagery`. Those of an unfinished import are not found. */
export const imageryProjectKind = {
  kind: 'imagery-project',
  table: projects,
  describe: async ({ id }: ResourceRef, db: Queryable) =>
    (
      await db.query<{ name: string }>(`SELECT name FROM ${projects} WHERE ${sameId} AND state = 'ready'`, [
        id,
      ])
    ).rows[0],
  shell: {
    create: async ({ ref, name, description, owner }, tx) => {
      await tx.query(
        `INSERT INTO ${projects} (id, name, description, owner, state) VALUES ($1, $2, $3, $4, 'importing')
         ON CONFLICT (id) DO NOTHING`,
        [ref.id, name ?? null, description ?? null, owner],
      )
    },
    ready: async ({ id }, tx) => {
      const { rowCount } = await tx.query(
        `UPDATE ${projects} SET state = 'ready', name = coalesce(name, 'Untitled project') WHERE id = $1`,
        [id],
      )
      if (rowCount !== 1)
        throw new PieceworkError(
          'counts-differ',
          `Project ${id} does not exist any more; it cannot become ready.`,
        )
    },
    remove: async ({ id }, tx) => void (await tx.query(`DELETE FROM ${projects} WHERE id = $1`, [id])),
  } satisfies ShellLifecycle,
} satisfies ResourceKind
