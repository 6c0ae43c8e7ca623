import {
  PieceworkError,
  type Queryable,
  type ResourceKind,
  type ResourceRef,
  type ShellLifecycle,
} from '@piecework/core/piece'
import { canonicalUuid } from './canonical-uuid.js'
import { freeName } from './free-name.js'
import { projectMap } from './project-map.js'
import { projectTables } from './project-tables.js'

/** Projects of the schema `planning`. Those of an unfinished import are not found. */
export const projectKind = {
  kind: 'project',
  table: 'projects',
  describe: async (ref: ResourceRef, db: Queryable) => {
    if (!canonicalUuid(ref.id)) return undefined
    const { rows } = await db.query<{ name: string }>(
      `SELECT name FROM ${projectTables.projects} WHERE id = $1 AND state = 'ready'`,
      [ref.id],
    )
    return rows[0]
  },
  unitMap: projectMap,
  shell: projectShell(),
} satisfies ResourceKind

function projectShell() {
  return {
    create: async ({ ref, owner, source, name: asked, description, numberName }, tx) => {
      const name = asked !== undefined && numberName ? await freeFor(owner, ref, asked, tx) : asked
      await tx.query(
        `INSERT INTO ${projectTables.projects} (id, name, description, owner_id, source, state) VALUES ($1, $2, $5, $3, $4, 'importing')
         ON CONFLICT (id) DO NOTHING`,
        [
          ref.id,
          name ?? null,
          owner,
          source === 'legacy-marxan' ? 'legacy_import' : 'native',
          description ?? null,
        ],
      )
    },
    ready: async (ref, tx) => {
      const { rowCount } = await tx.query(
        `UPDATE ${projectTables.projects} SET state = 'ready', name = coalesce(name, 'Untitled project') WHERE id = $1`,
        [ref.id],
      )
      if (rowCount !== 1)
        throw new PieceworkError(
          'counts-differ',
          `Project ${ref.id} does not exist any more; it cannot become ready.`,
        )
    },
    incomplete: async (ref, _reason, tx) => {
      await tx.query(`UPDATE ${projectTables.projects} SET state = 'incomplete' WHERE id = $1`, [ref.id])
    },
    remove: async (ref, tx) => {
      await tx.query(`DELETE FROM ${projectTables.projects} WHERE id = $1`, [ref.id])
    },
  } satisfies ShellLifecycle
}

/** A name that no other project of the owner has, at least until the transaction ends. */
async function freeFor(owner: string, ref: ResourceRef, name: string, tx: Queryable): Promise<string> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('planning.projects.name ' || $1::text, 0))`, [
    owner,
  ])
  const { rows } = await tx.query<{ name: string }>(
    `SELECT name FROM ${projectTables.projects} WHERE owner_id = $1 AND id <> $2 AND starts_with(name, $3)`,
    [owner, ref.id, name],
  )
  return freeName(
    name,
    rows.map((row) => row.name),
  )
}
