import {
  type ArtifactStore,
  createPiecework,
  type Database,
  memoryArtifacts,
  type Pack,
  type Piecework,
  type ResourceKind,
} from '@piecework/core'
import { fromPg, postgresStore, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { Pool } from 'pg'

/** A host with one large table: `rows` observations of units and features, four uuid columns each. */
export interface World {
  readonly pool: Pool
  readonly database: Database
  readonly piecework: Piecework
  readonly artifacts: ArtifactStore
  close(): Promise<void>
}

export const survey = { kind: 'survey', id: '00000000-0000-4000-8000-000000000001' }
export const principal = { id: 'bench' }

const features = 200

export async function openWorld(url: string, artifacts: ArtifactStore = memoryArtifacts()): Promise<World> {
  const name = `piecework_bench_${process.pid}_${Date.now()}`
  const server = new Pool({ connectionString: url, max: 1 })
  await server.query(`CREATE DATABASE ${name}`)
  const own = new URL(url)
  own.pathname = `/${name}`
  const pool = new Pool({ connectionString: own.href, max: 8 })
  const database = fromPg(pool)
  const store = postgresStore({ database })
  await store.migrate()
  await pool.query(schema)
  const piecework = createPiecework({
    packs: [pack],
    store,
    artifacts,
    runtime: inProcess({ concurrency: 2 }),
  })
  await piecework.start()
  return {
    pool,
    database,
    piecework,
    artifacts,
    close: async () => {
      await piecework.stop()
      await pool.end()
      // The server waits for connections that are just being closed.
      await server.query(`DROP DATABASE ${name}`)
      await server.end()
    },
  }
}

/** Makes the survey with its rows. */
export async function fillWorld({ pool }: World, rows: number): Promise<void> {
  await pool.query(`INSERT INTO surveys VALUES ($1, 'bench', true)`, [survey.id])
  await pool.query(
    `INSERT INTO features SELECT gen_random_uuid(), $1, n FROM generate_series(1, $2::int) n`,
    [survey.id, features],
  )
  await pool.query(`INSERT INTO units SELECT gen_random_uuid(), $1, n FROM generate_series(1, $2::int) n`, [
    survey.id,
    Math.ceil(rows / features),
  ])
  await pool.query(
    `INSERT INTO observations SELECT gen_random_uuid(), $1, u.id, f.id, random() * 1000
     FROM units u CROSS JOIN features f LIMIT $2`,
    [survey.id, rows],
  )
  await pool.query('VACUUM ANALYZE')
}

const schema = `
  CREATE TABLE surveys (id uuid PRIMARY KEY, name text, ready boolean NOT NULL);
  CREATE TABLE units (id uuid PRIMARY KEY, survey_id uuid NOT NULL REFERENCES surveys ON DELETE CASCADE, number int NOT NULL);
  CREATE TABLE features (id uuid PRIMARY KEY, survey_id uuid NOT NULL REFERENCES surveys ON DELETE CASCADE, number int NOT NULL);
  CREATE TABLE observations (
    id uuid PRIMARY KEY,
    survey_id uuid NOT NULL REFERENCES surveys ON DELETE CASCADE,
    unit_id uuid NOT NULL REFERENCES units ON DELETE CASCADE,
    feature_id uuid NOT NULL REFERENCES features ON DELETE CASCADE,
    amount double precision NOT NULL
  );
  CREATE INDEX ON units (survey_id);
  CREATE INDEX ON features (survey_id);
  CREATE INDEX ON observations (survey_id);
  CREATE INDEX ON observations (unit_id);
  CREATE INDEX ON observations (feature_id);`

const kind: ResourceKind = {
  kind: 'survey',
  table: 'surveys',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM surveys WHERE id = $1', [id])).rows[0],
  shell: {
    create: async ({ ref }, tx) =>
      void (await tx.query('INSERT INTO surveys VALUES ($1, NULL, false)', [ref.id])),
    ready: async ({ id }, tx) => void (await tx.query('UPDATE surveys SET ready = true WHERE id = $1', [id])),
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM surveys WHERE id = $1', [id])),
  },
}

const pack: Pack = {
  name: 'bench',
  kinds: [kind],
  pieces: [
    tablePiece({
      name: 'survey/places',
      of: 'survey',
      version: 1,
      tables: [
        { table: 'units', owner: 'survey_id', order: ['number'] },
        { table: 'features', owner: 'survey_id', order: ['number'] },
      ],
    }),
    tablePiece({
      name: 'survey/observations',
      of: 'survey',
      version: 1,
      after: ['survey/places'],
      tables: [
        {
          table: 'observations',
          owner: 'survey_id',
          order: ['unit_id.number', 'feature_id.number'],
          references: { unit_id: 'units', feature_id: 'features' },
        },
      ],
    }),
  ],
}
