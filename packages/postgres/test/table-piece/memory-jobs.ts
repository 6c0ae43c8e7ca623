// A process of its own for memory.test.ts: exports, imports and clones so many rows, and prints the most that
// it held, in MB.
import { createPiecework, fileArtifacts, type JobHandle, type ResourceKind } from '@piecework/core'
import { fromPg, postgresStore, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { memoryWatch } from '@piecework/test-support'
import pg from 'pg'

const [url = '', folder = '', rows = ''] = process.argv.slice(2)
const resource = { kind: 'survey', id: '00000000-0000-4000-8000-000000000001' }
const principal = { id: 'someone' }

const survey: ResourceKind = {
  kind: 'survey',
  table: 'surveys',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM surveys WHERE id = $1', [id])).rows[0],
  shell: {
    create: async ({ ref }, tx) =>
      void (await tx.query(`INSERT INTO surveys VALUES ($1, 'shell')`, [ref.id])),
    ready: async () => {},
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM surveys WHERE id = $1', [id])),
  },
}
const pieces = [
  tablePiece({
    name: 'survey/places',
    of: 'survey',
    version: 1,
    tables: [{ table: 'places', owner: 'survey_id', order: ['number'] }],
  }),
  tablePiece({
    name: 'survey/sightings',
    of: 'survey',
    version: 1,
    after: ['survey/places'],
    tables: [
      {
        table: 'sightings',
        owner: 'survey_id',
        order: ['note'],
        references: { from_id: 'places', to_id: 'places' },
      },
    ],
  }),
]

const pool = new pg.Pool({ connectionString: url, max: 4 })
await pool.query(`
  CREATE TABLE surveys (id uuid PRIMARY KEY, name text);
  CREATE TABLE places (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), survey_id uuid NOT NULL, number int);
  CREATE TABLE sightings (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), survey_id uuid NOT NULL, from_id uuid, to_id uuid, note text);
  INSERT INTO surveys VALUES ('${resource.id}', 'survey');
  INSERT INTO places (survey_id, number) SELECT '${resource.id}', n FROM generate_series(1, 20000) n;
  INSERT INTO sightings (survey_id, from_id, to_id, note)
    SELECT '${resource.id}', id, id, 'seen "again", ' || n
    FROM generate_series(1, ${Number(rows)}) n JOIN places p ON p.number = 1 + n % 20000;
  ANALYZE`)
const store = postgresStore({ database: fromPg(pool) })
await store.migrate()
const watch = memoryWatch(fileArtifacts(folder), 2 * 1024 * 1024)
const piecework = createPiecework({
  packs: [{ name: 'memory', kinds: [survey], pieces }],
  store,
  artifacts: watch.artifacts,
  runtime: inProcess({ concurrency: 2 }),
})
await piecework.start()
const done = (job: JobHandle) => job.result()
const { archive } = await done(await piecework.export({ resource, principal }))
if (!archive) throw new Error('no archive')
await done(await piecework.import({ archive, principal }))
await done(await piecework.clone({ resource, principal }))
watch.look()
await piecework.stop()
const { rows: found } = await pool.query<{ count: string }>('SELECT count(*) FROM sightings')
await pool.end()
if (Number(found[0]?.count) !== 3 * Number(rows)) throw new Error(`There are ${found[0]?.count} rows.`)
console.log(watch.most() / 1024 / 1024)
