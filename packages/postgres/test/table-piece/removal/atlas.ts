import { randomUUID } from 'node:crypto'
import type { Database, Pack, ResourceKind } from '@piecework/core'
import { PieceworkError } from '@piecework/core'
import type { Piece, Queryable } from '@piecework/core/piece'
import { type TablePieceSpec, tablePiece } from '@piecework/postgres'

/**
 * What the host's foreign keys say of a deletion; `none`: there are none. `main_note` leads back to a table
 * that is filled later, and so does `active`, from a project to its scenarios.
 */
export const onDeletes = [
  'none',
  'NO ACTION',
  'RESTRICT',
  'CASCADE',
  'SET NULL',
  'NO ACTION DEFERRABLE INITIALLY DEFERRED',
] as const
export type OnDelete = (typeof onDeletes)[number]

/** Projects with photos, their notes, and scenarios with runs, in a schema of their own. */
export const atlasTables = (schema: string, action: OnDelete): readonly string[] => {
  const to = (table: string) =>
    action === 'none'
      ? ''
      : `REFERENCES ${schema}.${table} ${action.startsWith('NO ACTION ') ? action.slice(10) : `ON DELETE ${action}`}`
  return [
    `CREATE SCHEMA ${schema}`,
    `CREATE TABLE ${schema}.projects (id uuid PRIMARY KEY, name text, active uuid)`,
    `CREATE TABLE ${schema}.scenarios (id uuid PRIMARY KEY, project_id uuid ${to('projects')}, name text)`,
    ...(action === 'none'
      ? []
      : [`ALTER TABLE ${schema}.projects ADD FOREIGN KEY (active) ${to('scenarios')}`]),
    `CREATE TABLE ${schema}.photos (id uuid PRIMARY KEY, project_id uuid ${to('projects')}, n int,
       next uuid ${to('photos')}, main_note uuid)`,
    `CREATE TABLE ${schema}.notes (id uuid PRIMARY KEY, photo_id uuid ${to('photos')}, n int)`,
    ...(action === 'none' ? [] : [`ALTER TABLE ${schema}.photos ADD FOREIGN KEY (main_note) ${to('notes')}`]),
    `CREATE TABLE ${schema}.runs (id uuid PRIMARY KEY, scenario_id uuid ${to('scenarios')},
       photo_id uuid ${to('photos')}, n int)`,
    `CREATE TABLE ${schema}.log (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), project_id uuid ${to('projects')},
       run_id uuid ${to('runs')})`,
    `CREATE FUNCTION ${schema}.log_run() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO ${schema}.log (project_id, run_id) SELECT project_id, NEW.id FROM ${schema}.scenarios WHERE id = NEW.scenario_id;
       RETURN NULL; END $$`,
  ]
}

/** A host trigger that writes for a piece of which the job carries nothing. */
export const logTrigger = (schema: string): string =>
  `CREATE TRIGGER log AFTER INSERT ON ${schema}.runs FOR EACH ROW EXECUTE FUNCTION ${schema}.log_run()`

/** A project with `rows` photos, notes and runs. */
export async function atlas(db: Database, schema: string, rows = 5): Promise<string> {
  const [id, scenario] = [randomUUID(), randomUUID()]
  await db.query(`INSERT INTO ${schema}.projects (id, name) VALUES ($1, 'Reef')`, [id])
  await db.query(`INSERT INTO ${schema}.scenarios SELECT v, $1::uuid, v::text FROM unnest($2::uuid[]) AS v`, [
    id,
    [scenario, randomUUID()],
  ])
  await db.query(`UPDATE ${schema}.projects SET active = $2 WHERE id = $1`, [id, scenario])
  const photos = Array.from({ length: rows }, () => randomUUID())
  await db.query(
    `INSERT INTO ${schema}.photos (id, project_id, n) SELECT v, $1::uuid, n FROM unnest($2::uuid[]) WITH ORDINALITY AS u(v, n)`,
    [id, photos],
  )
  await db.query(
    `UPDATE ${schema}.photos AS p SET next = q.id FROM ${schema}.photos q WHERE q.n = p.n + 1 AND p.project_id = $1 AND q.project_id = $1`,
    [id],
  )
  await db.query(
    `INSERT INTO ${schema}.notes SELECT gen_random_uuid(), id, n FROM ${schema}.photos WHERE project_id = $1`,
    [id],
  )
  await db.query(
    `UPDATE ${schema}.photos AS p SET main_note = n.id FROM ${schema}.notes n WHERE n.photo_id = p.id AND project_id = $1`,
    [id],
  )
  await db.query(
    `INSERT INTO ${schema}.runs SELECT gen_random_uuid(), $2::uuid, id, n FROM ${schema}.photos WHERE project_id = $1`,
    [id, scenario],
  )
  return id
}

/** Number of rows of each table. */
export async function rowCounts(db: Queryable, schema: string): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  for (const table of ['projects', 'scenarios', 'photos', 'notes', 'runs', 'log']) {
    const { rows } = await db.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${schema}.${table}`,
    )
    counts[table] = rows[0]?.count ?? -1
  }
  return counts
}

/** `last` runs when all rows are written. */
export function atlasPack(
  schema: string,
  last: (tx: Queryable) => Promise<void>,
  log: Pick<TablePieceSpec, 'exportOnly'> = {},
): Pack {
  const kind = (name: string, table: string, parent?: string): ResourceKind => ({
    kind: name,
    table,
    describe: async ({ id }, db) =>
      (
        await db.query<{ name: string }>(
          `SELECT coalesce(name, '') AS name FROM ${schema}.${table} WHERE id = $1`,
          [id],
        )
      ).rows[0],
    ...(parent !== undefined && {
      parent,
      parentOf: async ({ id }, db) => {
        const { rows } = await db.query<{ id: string }>(
          `SELECT project_id AS id FROM ${schema}.${table} WHERE id = $1`,
          [id],
        )
        return rows[0] && { kind: parent, id: rows[0].id }
      },
      listUnder: async ({ id }, db) => {
        const { rows } = await db.query<{ id: string }>(
          `SELECT id FROM ${schema}.${table} WHERE project_id = $1 ORDER BY id`,
          [id],
        )
        return rows.map((row) => ({ kind: name, id: row.id }))
      },
    }),
    shell: {
      create: async ({ ref, parent: above }, tx) => {
        const [columns, values] = above ? [', project_id', ', $2'] : ['', '']
        await tx.query(
          `INSERT INTO ${schema}.${table} (id${columns}) VALUES ($1${values}) ON CONFLICT DO NOTHING`,
          above ? [ref.id, above.id] : [ref.id],
        )
      },
      ready: async () => {},
      remove: async ({ id }, tx) =>
        void (await tx.query(`DELETE FROM ${schema}.${table} WHERE id = $1`, [id])),
    },
  })
  return {
    name: 'atlas',
    kinds: [kind('project', 'projects'), kind('scenario', 'scenarios', 'project')],
    pieces: [...tablePieces(schema, log), lastPiece(last)],
  }
}

const tablePieces = (schema: string, log: Pick<TablePieceSpec, 'exportOnly'>): readonly Piece[] => [
  tablePiece({
    name: 'atlas/project',
    of: 'project',
    version: 1,
    schema,
    tables: [
      {
        table: 'projects',
        owner: 'id',
        order: ['name'],
        references: { active: { table: 'scenarios', of: 'scenario' } },
      },
    ],
  }),
  tablePiece({
    name: 'atlas/photos',
    of: 'project',
    version: 1,
    schema,
    after: ['atlas/project'],
    tables: [
      {
        table: 'photos',
        owner: 'project_id',
        order: ['n'],
        references: { next: 'photos', main_note: 'notes' },
      },
      { table: 'notes', owner: 'photo_id.project_id', order: ['n'], references: { photo_id: 'photos' } },
    ],
  }),
  tablePiece({
    name: 'atlas/scenario',
    of: 'scenario',
    version: 1,
    schema,
    tables: [{ table: 'scenarios', owner: 'id', order: ['name'], ignore: ['project_id'] }],
  }),
  tablePiece({
    name: 'atlas/runs',
    of: 'scenario',
    version: 1,
    schema,
    after: ['atlas/scenario', 'atlas/photos'],
    tables: [
      {
        table: 'runs',
        owner: 'scenario_id',
        order: ['n'],
        references: { photo_id: { table: 'photos', of: 'project' } },
      },
    ],
  }),
  tablePiece({
    ...log,
    name: 'atlas/log',
    of: 'scenario',
    version: 1,
    schema,
    after: ['atlas/runs'],
    applies: async () => false,
    tables: [
      {
        table: 'log',
        owner: 'run_id.scenario_id',
        order: ['id'],
        ignore: ['project_id'],
        references: { run_id: 'runs' },
      },
    ],
  }),
]

const lastPiece = (last: (tx: Queryable) => Promise<void>): Piece => {
  const run = async ({ tx }: { readonly tx: Queryable }) => {
    await last(tx)
    return { rows: 0 }
  }
  return {
    contract: 1,
    name: 'atlas/last',
    of: 'scenario',
    version: 1,
    after: ['atlas/runs'],
    exporter: {
      export: async ({ write }) => {
        await write('last.txt', Buffer.from('last'))
        return { rows: 0 }
      },
    },
    importer: { import: run },
    cloner: { clone: run },
  }
}

export const refuse = (retryable = false): never => {
  throw new PieceworkError('archive-invalid', 'It ends badly.', { retryable })
}
