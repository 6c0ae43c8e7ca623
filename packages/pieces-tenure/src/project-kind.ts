import {
  PieceworkError,
  type Queryable,
  type ResourceKind,
  type ResourceRef,
  type Shell,
  type ShellLifecycle,
  type Transaction,
} from '@piecework/core/piece'
import { organizationKind } from './organization-kind.js'
import { tenureKey } from './tenure-key.js'
import { tenureTables } from './tenure-tables.js'

const { projects, organizations, users } = tenureTables

/** Projects of the schema `tenure`, in organizations. Those of an unfinished import are not found. */
export const tenureProjectKind = {
  kind: 'tenure-project',
  parent: organizationKind.kind,
  table: projects,
  key: tenureKey,
  parentOf: async ({ id }: ResourceRef, db: Queryable) => {
    const { rows } = await db.query<{ id: string }>(
      `SELECT organization_id AS id FROM ${projects} WHERE id = $1`,
      [id],
    )
    return rows[0] && { kind: organizationKind.kind, id: rows[0].id }
  },
  /** In order of their slugs. */
  listUnder: async ({ id }: ResourceRef, db: Queryable) => {
    const { rows } = await db.query<{ id: string }>(
      `SELECT id FROM ${projects} WHERE organization_id = $1 AND state = 'ready' ORDER BY slug COLLATE "C"`,
      [id],
    )
    return rows.map((row) => ({ kind: 'tenure-project', id: row.id }))
  },
  describe: async ({ id }: ResourceRef, db: Queryable) =>
    (await db.query<{ name: string }>(`SELECT name FROM ${projects} WHERE id = $1 AND state = 'ready'`, [id]))
      .rows[0],
  shell: projectShell(),
} satisfies ResourceKind

function projectShell() {
  return {
    create: async (shell, tx) => {
      const { ref, parent, description } = shell
      if (!parent)
        throw new PieceworkError(
          'resource-not-found',
          'A tenure project is imported into an organization, and no organization was given.',
        )
      await tx.query(
        `INSERT INTO ${projects} (id, organization_id, name, description, owner_id, state)
         VALUES ($1, $2, $3, $4, $5, 'importing') ON CONFLICT (id) DO NOTHING`,
        [
          ref.id,
          parent.id,
          (await nameOf(shell, parent, tx)) ?? null,
          description ?? null,
          await ownerOf(shell, tx),
        ],
      )
    },
    ready: async ({ id }, tx) => {
      const { rowCount } = await tx.query(
        `UPDATE ${projects} SET state = 'ready', name = coalesce(name, 'Untitled project'), slug = coalesce(slug, id)
         WHERE id = $1`,
        [id],
      )
      if (rowCount !== 1)
        throw new PieceworkError(
          'counts-differ',
          `Project ${id} does not exist any more; it cannot become ready.`,
        )
    },
    remove: async ({ id }, tx) => void (await tx.query(`DELETE FROM ${projects} WHERE id = $1`, [id])),
  } satisfies ShellLifecycle
}

/** Who asked, as a user of this host: owners have numbers. */
async function ownerOf({ owner }: Shell, tx: Transaction): Promise<number> {
  const { rows } = await tx.query<{ id: number }>(`SELECT id FROM ${users} WHERE id::text = $1`, [owner])
  if (rows[0]) return rows[0].id
  throw new PieceworkError(
    'tenure/user-unknown',
    `The principal ${JSON.stringify(owner)} is no user of this host: its id must be one of ${users}.`,
  )
}

/** A default name gets the first free number in its organization, at least until the transaction ends. */
async function nameOf(
  { ref, name, numberName }: Shell,
  parent: ResourceRef,
  tx: Transaction,
): Promise<string | undefined> {
  if (name === undefined || !numberName) return name
  await tx.query(`SELECT FROM ${organizations} WHERE id = $1 FOR NO KEY UPDATE`, [parent.id])
  const { rows } = await tx.query<{ name: string }>(
    `SELECT name FROM ${projects} WHERE organization_id = $1 AND id <> $2 AND starts_with(name, $3)`,
    [parent.id, ref.id, name],
  )
  const taken = new Set(rows.map((row) => row.name))
  let free = name
  for (let n = 2; taken.has(free); n++) free = `${name} ${n}`
  return free
}
