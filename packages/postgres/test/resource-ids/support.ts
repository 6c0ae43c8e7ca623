import assert from 'node:assert/strict'
import {
  createPiecework,
  type Database,
  type JobHandle,
  type JobReport,
  memoryArtifacts,
  type Pack,
  type Piecework,
  type PieceworkOptions,
  type ResourceKind,
} from '@piecework/core'
import { fromPg, postgresStore, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { scratchDatabase, storeTemplate } from '@piecework/test-support'
import pg from 'pg'
import { scratchEmbedded } from '../scratch-embedded.js'

export const ann = { id: 'ann' }

/** A server's database, or the embedded one, with the host's tables. */
export interface World {
  readonly database: Database
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<Row[]>
  close(): Promise<void>
}

export async function serverWorld(sql: string, encoding?: string): Promise<World> {
  const scratch = await scratchDatabase(encoding === undefined ? { template: storeTemplate } : { encoding })
  const pool = new pg.Pool({ connectionString: scratch.url, max: 6 })
  pool.on('error', () => {})
  return prepared(fromPg(pool), sql, async () => {
    await pool.end()
    await scratch.drop()
  })
}

export async function embeddedWorld(sql: string): Promise<World> {
  const database = await scratchEmbedded()
  return prepared(database, sql, () => database.close())
}

async function prepared(database: Database, sql: string, close: () => Promise<void>): Promise<World> {
  await postgresStore({ database }).migrate()
  for (const statement of sql.split(';')) if (statement.trim() !== '') await database.query(statement)
  return {
    database,
    query: async <Row extends object>(text: string, values?: readonly unknown[]) =>
      (await database.query<Row>(text, values)).rows,
    close,
  }
}

/** Projects with integer ids that hold boards with integer ids and scenarios with uuids. */
export const integerTables = `
CREATE TABLE projects (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, ready boolean NOT NULL DEFAULT true);
CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), text text,
  project_id int NOT NULL REFERENCES projects ON DELETE CASCADE, also int REFERENCES projects ON DELETE SET NULL);
CREATE TABLE boards (id serial PRIMARY KEY, name text, ready boolean NOT NULL DEFAULT true,
  project_id int NOT NULL REFERENCES projects ON DELETE CASCADE);
CREATE TABLE cards (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), title text,
  board_id int NOT NULL REFERENCES boards ON DELETE CASCADE, project_id int REFERENCES projects);
CREATE TABLE scenarios (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text, ready boolean NOT NULL DEFAULT true,
  project_id int NOT NULL REFERENCES projects ON DELETE CASCADE, board_id int REFERENCES boards);
CREATE TABLE units (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), area float8,
  scenario_id uuid NOT NULL REFERENCES scenarios ON DELETE CASCADE)`

const ready = (kind: string, table: string) =>
  ({
    kind,
    table,
    describe: async ({ id }, db) =>
      (await db.query<{ name: string }>(`SELECT name FROM ${table} WHERE id = $1 AND ready`, [id])).rows[0],
  }) satisfies ResourceKind

const below = (kind: string, table: string) =>
  ({
    ...ready(kind, table),
    parent: 'project',
    // As a driver gives them: integers of 32 bits are numbers to it.
    parentOf: async ({ id }, db) => {
      const { rows } = await db.query<{ id: string }>(`SELECT project_id AS id FROM ${table} WHERE id = $1`, [
        id,
      ])
      return rows[0] && { kind: 'project', id: rows[0].id }
    },
    listUnder: async ({ id }, db) => {
      const { rows } = await db.query<{ id: string }>(
        `SELECT id FROM ${table} WHERE project_id = $1 AND ready ORDER BY name`,
        [id],
      )
      return rows.map((row) => ({ kind, id: row.id }))
    },
    shell: {
      create: async ({ ref, parent, name }, tx) => {
        await tx.query(
          `INSERT INTO ${table} (id, project_id, name, ready) VALUES ($1, $2, $3, false) ON CONFLICT (id) DO NOTHING`,
          [ref.id, parent?.id, name ?? ''],
        )
      },
      ...shown(table),
    },
  }) satisfies ResourceKind

const shown = (table: string) =>
  ({
    ready: async ({ id }, tx) => {
      await tx.query(`UPDATE ${table} SET ready = true WHERE id = $1`, [id])
    },
    remove: async ({ id }, tx) => {
      await tx.query(`DELETE FROM ${table} WHERE id = $1`, [id])
    },
  }) satisfies Omit<NonNullable<ResourceKind['shell']>, 'create'>

export const projectKind = {
  ...ready('project', 'projects'),
  key: { sequence: 'public.projects_id_seq' },
  shell: {
    create: async ({ ref, name }, tx) => {
      await tx.query(
        `INSERT INTO projects (id, name, ready) OVERRIDING SYSTEM VALUE VALUES ($1, $2, false)
         ON CONFLICT (id) DO NOTHING`,
        [ref.id, name ?? ''],
      )
    },
    ...shown('projects'),
  },
} satisfies ResourceKind

const boardKind = { ...below('board', 'boards'), key: { sequence: 'boards_id_seq' } } satisfies ResourceKind
const scenarioKind: ResourceKind = below('scenario', 'scenarios')

export const integerPack: Pack = {
  name: 'integers',
  kinds: [projectKind, boardKind, scenarioKind],
  pieces: [
    tablePiece({
      name: 'project/own',
      of: 'project',
      version: 1,
      tables: [
        { table: 'projects', owner: 'id', order: ['name'], keepShellValue: ['name'], ignore: ['ready'] },
        {
          table: 'notes',
          owner: 'project_id',
          order: ['text'],
          references: { also: { table: 'projects', of: 'project' } },
        },
      ],
    }),
    tablePiece({
      name: 'board/own',
      of: 'board',
      version: 1,
      after: ['project/own'],
      tables: [
        {
          table: 'boards',
          owner: 'id',
          order: ['name'],
          keepShellValue: ['name'],
          ignore: ['ready', 'project_id'],
        },
        {
          table: 'cards',
          owner: 'board_id',
          order: ['title'],
          references: { project_id: { table: 'projects', of: 'project' } },
        },
      ],
    }),
    tablePiece({
      name: 'scenario/own',
      of: 'scenario',
      version: 1,
      after: ['project/own'],
      tables: [
        {
          table: 'scenarios',
          owner: 'id',
          order: ['name'],
          keepShellValue: ['name'],
          ignore: ['ready', 'project_id'],
          references: { board_id: { table: 'boards', of: 'board' } },
        },
        { table: 'units', owner: 'scenario_id', order: ['area'] },
      ],
    }),
  ],
}

/** A project with rows of every sort; its id. */
export async function sampleProject(world: World, name = 'Reef'): Promise<string> {
  const [project] = await world.query<{ id: number }>(
    'INSERT INTO projects (name) VALUES ($1) RETURNING id',
    [name],
  )
  const id = String(project?.id)
  await world.query(
    `INSERT INTO notes (text, project_id, also) VALUES ('of itself', $1, $1), ('of none', $1, NULL)`,
    [id],
  )
  for (const board of ['Doing', 'To do']) {
    const [{ id: boardId } = {}] = await world.query<{ id?: number }>(
      'INSERT INTO boards (name, project_id) VALUES ($1, $2) RETURNING id',
      [board, id],
    )
    await world.query(
      `INSERT INTO cards (title, board_id, project_id) SELECT $1 || ' ' || n, $2::int, $3::int FROM generate_series(1, 3) n`,
      [board, boardId, id],
    )
    const [{ id: scenario } = {}] = await world.query<{ id?: string }>(
      'INSERT INTO scenarios (name, project_id, board_id) VALUES ($1, $2, $3) RETURNING id',
      [`Plan ${board}`, id, boardId],
    )
    await world.query('INSERT INTO units (area, scenario_id) VALUES (1.5, $1), (2, $1)', [scenario])
  }
  return id
}

/** All that a project holds, by names instead of ids, with whether references stay inside. */
export async function contentOf(world: World, project: string): Promise<unknown> {
  const [content] = await world.query<{ content: unknown }>(
    `SELECT jsonb_build_object(
       'notes', (SELECT jsonb_agg(jsonb_build_array(text, also = project_id) ORDER BY text) FROM notes WHERE project_id = p.id),
       'boards', (SELECT jsonb_agg(jsonb_build_array(b.name, b.ready,
           (SELECT jsonb_agg(jsonb_build_array(title, c.project_id = p.id) ORDER BY title) FROM cards c WHERE board_id = b.id)) ORDER BY name)
         FROM boards b WHERE project_id = p.id),
       'scenarios', (SELECT jsonb_agg(jsonb_build_array(s.name, s.ready, b.name, b.project_id = p.id,
           (SELECT jsonb_agg(area ORDER BY area) FROM units WHERE scenario_id = s.id)) ORDER BY s.name)
         FROM scenarios s LEFT JOIN boards b ON b.id = s.board_id WHERE s.project_id = p.id)) AS content
     FROM projects p WHERE p.id = $1`,
    [project],
  )
  return content?.content
}

export async function withHost<T>(
  world: World,
  pack: Pack,
  use: (piecework: Piecework) => Promise<T>,
  options: Partial<PieceworkOptions> = {},
): Promise<T> {
  const piecework = createPiecework({
    packs: [pack],
    store: postgresStore({ database: world.database }),
    artifacts: memoryArtifacts(),
    runtime: inProcess({ concurrency: 3 }),
    backoffMs: 5,
    ...options,
  })
  await piecework.start()
  try {
    return await use(piecework)
  } finally {
    await piecework.stop()
  }
}

export async function succeeded(handle: Promise<JobHandle>): Promise<JobReport> {
  const report = await (await handle).ended()
  assert.equal(report.job.outcome, 'succeeded', JSON.stringify([report.job.error, report.findings]))
  assert.deepEqual(report.findings, [])
  return report
}
