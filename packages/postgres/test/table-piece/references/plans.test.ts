import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Transaction } from '@piecework/core/piece'
import { keyFormsOf } from '@piecework/core/store'
import { tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { cloned, exported, imported, newProject, type World, world } from '../support.js'

const test = needsServer(suite('references: work without statistics'))
let here: World

const rows = 2000
const piece = tablePiece({
  name: 'project/rows',
  of: 'project',
  version: 1,
  tables: [
    { table: 'first', owner: 'project_id', order: ['n'] },
    {
      table: 'second',
      owner: 'project_id',
      order: ['n'],
      references: {
        first_id: 'first',
        other_id: 'first',
        list: 'first',
        kind_id: { table: 'kinds', shared: { where: 'true', by: ['a', 'b'] } },
      },
      json: { doc: [{ path: '[*]', table: 'first' }] },
    },
  ],
})

/** Ids inside values lead to rows that are written by the same statement. */
const crossing = tablePiece({
  name: 'project/notes',
  of: 'project',
  version: 1,
  tables: [
    {
      table: 'notes',
      owner: 'project_id',
      order: ['n'],
      key: { nanoid: { length: 21 } },
      references: { about: 'pages', before: 'notes', list: 'notes' },
      json: { doc: [{ path: '[*]', table: 'pages' }] },
      text: { body: [{ pattern: '[[note:{}]]', table: 'notes' }] },
    },
    {
      table: 'pages',
      owner: 'project_id',
      order: ['n'],
      references: { parent_id: 'pages' },
      text: { body: [{ pattern: '/notes/{}', table: 'notes' }] },
    },
  ],
})

test.before(async () => {
  here = await world(`
    CREATE TABLE projects (id uuid PRIMARY KEY);
    CREATE TABLE kinds (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), a int, b int, UNIQUE (a, b)) WITH (autovacuum_enabled = false);
    CREATE TABLE first (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), project_id uuid, n int) WITH (autovacuum_enabled = false);
    CREATE TABLE second (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), project_id uuid, n int, first_id uuid, other_id uuid NOT NULL, list uuid[], kind_id uuid, doc jsonb)
      WITH (autovacuum_enabled = false);
    CREATE TABLE notes (id text PRIMARY KEY, project_id uuid, n int, about uuid, before text, list text[], doc jsonb, body text) WITH (autovacuum_enabled = false);
    CREATE TABLE pages (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), project_id uuid, n int, parent_id uuid, body text) WITH (autovacuum_enabled = false);
    CREATE INDEX ON notes (project_id);
    CREATE INDEX ON pages (project_id);
    CREATE INDEX ON first (project_id);
    CREATE INDEX ON second (project_id);
    INSERT INTO kinds (a, b) SELECT n, n FROM generate_series(1, ${rows}) n`)
})
test.after(() => here.close())

async function filled(): Promise<string> {
  const project = randomUUID()
  await here.db.query('INSERT INTO projects VALUES ($1)', [project])
  await here.db.query(
    'INSERT INTO first (project_id, n) SELECT $1::uuid, n FROM generate_series(1, $2::int) n',
    [project, rows],
  )
  await here.db.query(
    `INSERT INTO second (project_id, n, first_id, other_id, list, kind_id, doc)
     SELECT f.project_id, f.n, f.id, f.id, ARRAY[f.id], k.id, jsonb_build_array(f.id) FROM first f JOIN kinds k ON k.a = f.n WHERE f.project_id = $1`,
    [project],
  )
  return project
}

/** Rows of these tables that the transaction has read so far. */
async function rowsRead(tx: Transaction, names: string): Promise<number> {
  const { rows: found } = await tx.query<{ read: string }>(
    `SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::text AS read FROM pg_stat_xact_all_tables WHERE relname ~ $1`,
    [names],
  )
  return Number(found[0]?.read)
}

/** Tells of each statement in a transaction before it is sent. */
function watched(told: (sql: string, tx: Transaction) => Promise<void> | void): World['db'] {
  return {
    ...here.db,
    transaction: <T>(work: (tx: Transaction) => Promise<T>) =>
      here.db.transaction(async (tx) =>
        work({
          ...tx,
          copyIn: (into, bytes) => tx.copyIn(into, bytes),
          query: async (sql, values) => {
            await told(sql, tx)
            return tx.query(sql, values)
          },
        }),
      ),
  } as World['db']
}

test('flat memory: the work of a clone and an import grows with the rows, not with their square', async () => {
  const project = await filled()
  const { files } = await exported(here.db, piece, { kind: 'project', id: project })
  for (const make of ['clone', 'import'] as const) {
    const into = await newProject(here.db, project)
    let read = 0
    const counting = {
      ...here.db,
      transaction: <T>(work: (tx: Transaction) => Promise<T>) =>
        here.db.transaction(async (tx) => {
          const result = await work(tx)
          read = await rowsRead(tx, '^(first|second|kinds)$')
          return result
        }),
    } as World['db']
    const { counts, findings } =
      make === 'clone' ? await cloned(counting, piece, into) : await imported(counting, piece, files, into)
    assert.deepEqual([counts, findings], [{ rows: 2 * rows, skipped: 0 }, []])
    assert.ok(read > 0 && read < 40 * rows, `${make} reads ${read} rows of the host's tables`)
  }
})

test("the host's tables are not analysed: that would hold a lock until the commit", async () => {
  const project = await filled()
  const { files } = await exported(here.db, piece, { kind: 'project', id: project })
  await imported(here.db, piece, files, await newProject(here.db, project))
  await cloned(here.db, piece, await newProject(here.db, project))
  const { rows: analysed } = await here.db.query(
    `SELECT relname FROM pg_class WHERE relname IN ('first', 'second', 'kinds') AND relkind = 'r'
       AND EXISTS (SELECT FROM pg_statistic s WHERE s.starelid = pg_class.oid)`,
  )
  assert.deepEqual(analysed, [])
})

test('flat memory: ids inside values that lead to rows of the same statement are not sought row by row', async () => {
  const project = randomUUID()
  await here.db.query('INSERT INTO projects VALUES ($1)', [project])
  await here.db.query(
    `WITH p AS (INSERT INTO pages (project_id, n, body) SELECT $1::uuid, n, '/notes/' || md5((n % 7)::text) FROM generate_series(1, $2::int) n RETURNING id, n)
     INSERT INTO notes SELECT md5(n::text), $1::uuid, n, id, md5((n - 1)::text), ARRAY[md5(n::text)], jsonb_build_array(id), '[[note:' || md5((n - 1)::text) || ']]' FROM p`,
    [project, rows],
  )
  const { files } = await exported(here.db, crossing, { kind: 'project', id: project })
  for (const make of ['clone', 'import'] as const) {
    const into = { ...(await newProject(here.db, project)), ids: { forms: keyFormsOf([crossing]) } }
    let read = 0
    const counting = watched(async (sql, tx) => {
      if (/^DROP TABLE pg_temp\."piecework_stage/.test(sql))
        read = Math.max(read, await rowsRead(tx, '^piecework_stage'))
    })
    const { counts } =
      make === 'clone'
        ? await cloned(counting, crossing, into)
        : await imported(counting, crossing, files, into)
    assert.equal(counts.rows + (counts.skipped ?? 0), 2 * rows)
    assert.ok(read > 0 && read < 100 * rows, `${make} reads ${read} staged rows`)
  }
})

test('a clone makes the new key of each different value once, where the server knows them to be few', async () => {
  const project = randomUUID()
  await here.db.query('TRUNCATE second')
  await here.db.query('INSERT INTO projects VALUES ($1)', [project])
  await here.db.query(
    `WITH f AS (INSERT INTO first (project_id, n) SELECT $1::uuid, n FROM generate_series(0, 6) n RETURNING id, n)
     INSERT INTO second (project_id, n, first_id, other_id) SELECT $1::uuid, g, f.id, f.id FROM generate_series(1, $2::int) g JOIN f ON f.n = g % 7`,
    [project, rows],
  )
  await here.db.query('ANALYZE second')
  const into = await newProject(here.db, project)
  const statements: string[] = []
  await cloned(
    watched((sql) => void statements.push(sql)),
    piece,
    into,
  )
  const insert = statements.find((sql) => /^INSERT INTO "public"\."second"/.test(sql)) ?? ''
  assert.equal(insert.match(/SELECT DISTINCT/g)?.length, 2)
  const { rows: led } = await here.db.query(
    `SELECT count(*)::int AS right FROM second s JOIN first a ON a.id = s.first_id JOIN first b ON b.id = s.other_id
     WHERE s.project_id = $1 AND a.project_id = $1 AND b.project_id = $1 AND a.n = s.n % 7 AND b.n = s.n % 7`,
    [into.resource.id],
  )
  assert.deepEqual(led, [{ right: rows }])
})

test.run()
