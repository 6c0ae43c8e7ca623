import {
  PieceworkError,
  type Queryable,
  type ResourceKind,
  type ResourceRef,
  type ShellLifecycle,
} from '@piecework/core/piece'
import { canonicalUuid, freeName, projectTables } from '@piecework/pieces-project'
import { scenarioMap } from './scenario-map.js'
import { scenarioTables } from './scenario-tables.js'

/** Scenarios of the schema `planning`. Those of an unfinished import are not found. */
export const scenarioKind = {
  kind: 'scenario',
  parent: 'project',
  table: 'scenarios',
  parentOf: async (ref: ResourceRef, db: Queryable) => {
    if (!canonicalUuid(ref.id)) return undefined
    const { rows } = await db.query<{ id: string }>(
      `SELECT project_id::text AS id FROM ${scenarioTables.scenarios} WHERE id = $1`,
      [ref.id],
    )
    return rows[0] && { kind: 'project', id: rows[0].id }
  },
  /** In order of their numbers. */
  listUnder: async (project: ResourceRef, db: Queryable) => {
    if (!canonicalUuid(project.id)) return []
    const { rows } = await db.query<{ id: string }>(
      `SELECT id::text AS id FROM ${scenarioTables.scenarios} WHERE project_id = $1 AND state = 'ready' ORDER BY number`,
      [project.id],
    )
    return rows.map(({ id }) => ({ kind: 'scenario', id }))
  },
  describe: async (ref: ResourceRef, db: Queryable) => {
    if (!canonicalUuid(ref.id)) return undefined
    const { rows } = await db.query<{ name: string }>(
      `SELECT name FROM ${scenarioTables.scenarios} WHERE id = $1 AND state = 'ready'`,
      [ref.id],
    )
    return rows[0]
  },
  unitMap: scenarioMap,
  shell: scenarioShell(),
} satisfies ResourceKind

function scenarioShell() {
  return {
    create: async ({ ref, parent, name: asked, numberName }, tx) => {
      if (!parent) {
        throw new PieceworkError(
          'resource-not-found',
          'A scenario is imported into a project, and no project was given.',
        )
      }
      const name = asked !== undefined && numberName ? await freeIn(parent, ref, asked, tx) : asked
      await tx.query(
        `INSERT INTO ${scenarioTables.scenarios} (id, project_id, name, state, number)
         SELECT $1::uuid, p.id, coalesce($3::text, CASE WHEN p.source = 'legacy_import' AND p.state = 'importing' THEN p.name END), 'importing',
           ${nextNumber(`${scenarioTables.scenarios} WHERE project_id = p.id`)}
         FROM ${projectTables.projects} p WHERE p.id = $2
         ON CONFLICT (id) DO NOTHING`,
        [ref.id, parent.id, name ?? null],
      )
    },
    ready: async (ref, tx) => {
      // One at a time in a project, so that jobs that end together do not take the same number.
      await tx.query(
        `SELECT FROM ${projectTables.projects} WHERE id = (SELECT project_id FROM ${scenarioTables.scenarios} WHERE id = $1)
         FOR NO KEY UPDATE`,
        [ref.id],
      )
      const { rowCount } = await tx.query(
        `UPDATE ${scenarioTables.scenarios} s
         SET state = 'ready',
             name = coalesce(s.name, p.name, 'Untitled scenario'),
             number = CASE
               WHEN EXISTS (
                 SELECT FROM ${scenarioTables.scenarios} o
                 WHERE o.project_id = s.project_id AND o.number = s.number AND o.id <> s.id AND o.state = 'ready'
               ) THEN ${nextNumber(`${scenarioTables.scenarios} WHERE project_id = s.project_id AND state = 'ready'`)}
               ELSE s.number
             END
         FROM ${projectTables.projects} p
         WHERE s.id = $1 AND p.id = s.project_id`,
        [ref.id],
      )
      if (rowCount !== 1)
        throw new PieceworkError(
          'counts-differ',
          `Scenario ${ref.id} does not exist any more; it cannot become ready.`,
        )
    },
    incomplete: async (ref, _reason, tx) => {
      await tx.query(`UPDATE ${scenarioTables.scenarios} SET state = 'incomplete' WHERE id = $1`, [ref.id])
    },
    remove: async (ref, tx) => {
      await tx.query(`DELETE FROM ${scenarioTables.scenarios} WHERE id = $1`, [ref.id])
    },
  } satisfies ShellLifecycle
}

/**
 * SQL of the number above the largest one of these scenarios or, if that is the last integer, of the largest
 * free one.
 */
const nextNumber = (rows: string): string => `coalesce((
  SELECT taken.number + 1 FROM (SELECT number, lead(number) OVER (ORDER BY number) AS next FROM ${rows}) AS taken
  WHERE taken.number < 2147483647 AND taken.next IS DISTINCT FROM taken.number AND taken.next IS DISTINCT FROM taken.number + 1
  ORDER BY taken.number DESC LIMIT 1), 1)`

/** A name that no other scenario of the project has, at least until the transaction ends. */
async function freeIn(parent: ResourceRef, ref: ResourceRef, name: string, tx: Queryable): Promise<string> {
  await tx.query(`SELECT FROM ${projectTables.projects} WHERE id = $1 FOR NO KEY UPDATE`, [parent.id])
  const { rows } = await tx.query<{ name: string }>(
    `SELECT name FROM ${scenarioTables.scenarios} WHERE project_id = $1 AND id <> $2 AND starts_with(name, $3)`,
    [parent.id, ref.id, name],
  )
  return freeName(
    name,
    rows.map((row) => row.name),
  )
}
