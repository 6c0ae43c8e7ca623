import { planningMigrations, planningProject, planningSchema, projectTables } from '@piecework/pieces-project'
import { planningScenario, scenarioMigrations, scenarioTables } from '@piecework/pieces-scenario'
import { checkTables, migrate } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { madeUpProject, sharedRows } from './support/made-up-project.js'
import { ownedBy, ownedRows } from './support/owned-rows.js'
import { type PlanningDatabase, planningDatabase } from './support/planning-database.js'

const test = needsServer(suite('planning schema'))
let db: PlanningDatabase

test.before(async () => {
  db = await planningDatabase()
})
test.after(() => db.close())

const names = async (sql: string): Promise<string[]> =>
  (await db.query<{ name: string }>(sql)).rows.map(({ name }) => name).sort()

test('migrations run a second time without effect', async () => {
  const columns = `SELECT format('%s.%s %s %s', table_name, column_name, data_type, is_nullable) AS name
    FROM information_schema.columns WHERE table_schema = 'planning'`
  const before = await names(columns)
  await migrate(db, [...planningMigrations, ...scenarioMigrations])
  assert.equal(await names(columns), before)
})

test('all tables of the domain are there', async () => {
  assert.equal(
    await names(`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'planning'`),
    Object.keys(ownedBy).sort(),
  )
})

test('the constants name every table of the schema and no other, each by its own name', async () => {
  const tables = { ...projectTables, ...scenarioTables }
  assert.equal(
    await names(`SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
      WHERE table_schema = 'planning'`),
    Object.values(tables).sort(),
  )
  for (const [name, sql] of Object.entries(tables)) assert.is(sql, `${planningSchema}.${name}`)
})

test('every piece fits the tables', async () => {
  const pieces = [...(planningProject().pieces ?? []), ...(planningScenario().pieces ?? [])]
  assert.ok(pieces.every((piece) => piece.exportOnly || Symbol.for('piecework.table-spec') in piece))
  await checkTables(db, pieces)
})

test('every foreign key has an index that begins with its column and covers all rows', async () => {
  const keys = await names(`SELECT conname AS name FROM pg_constraint
    WHERE contype = 'f' AND connamespace = 'planning'::regnamespace`)
  assert.ok(keys.length > 20)
  const uncovered =
    await names(`SELECT format('%s (%s)', c.conrelid::regclass, c.conkey) AS name FROM pg_constraint c
    WHERE c.contype = 'f' AND c.connamespace = 'planning'::regnamespace AND NOT EXISTS (
      SELECT FROM pg_index i
      WHERE i.indrelid = c.conrelid AND i.indpred IS NULL AND i.indkey[0] = c.conkey[1] AND cardinality(c.conkey) = 1)`)
  assert.equal(uncovered, [])
})

test('every column that names a row of another table has a foreign key', async () => {
  const loose = await names(`SELECT format('%s.%s', a.attrelid::regclass, a.attname) AS name
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'planning'::regnamespace AND c.relkind = 'r' AND a.atttypid = 'uuid'::regtype
      AND a.attname <> 'id' AND NOT EXISTS (
        SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conrelid = a.attrelid AND f.conkey[1] = a.attnum)`)
  assert.equal(loose, [])
})

test('no index is the beginning of another', async () => {
  const redundant = await names(`SELECT a.indexrelid::regclass::text AS name FROM pg_index a
    JOIN pg_class c ON c.oid = a.indrelid
    JOIN pg_index b ON b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid
    WHERE c.relnamespace = 'planning'::regnamespace AND NOT a.indisunique AND a.indpred IS NULL AND b.indpred IS NULL
      AND b.indkey::text || ' ' LIKE a.indkey::text || ' %'`)
  assert.equal(redundant, [])
})

test('new ids: keys are uuids; geometry is in EPSG:4326', async () => {
  const keys = await names(`SELECT format('%s %s', a.attrelid::regclass, t.typname) AS name
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'planning'::regnamespace AND c.relkind = 'r' AND a.attname = 'id' AND t.typname <> 'uuid'`)
  assert.equal(keys, [])
  const srids = await db.query(`SELECT DISTINCT srid FROM geometry_columns WHERE f_table_schema = 'planning'`)
  assert.equal(srids.rows, [{ srid: 4326 }])
})

test('units must be polygons, amounts and costs finite, and a name may be missing in a shell only', async () => {
  const refused = async (sql: string): Promise<void> => {
    try {
      await db.query(sql)
    } catch {
      return
    }
    assert.unreachable(`accepted: ${sql}`)
  }
  const { rows } = await db.query<{ id: string }>(
    `INSERT INTO planning.projects (name, owner_id) VALUES ('p', 'ana') RETURNING id::text AS id`,
  )
  const id = rows[0]?.id
  await refused(`INSERT INTO planning.planning_units (project_id, puid, geom)
    VALUES ('${id}', 1, ST_SetSRID(ST_MakePoint(1, 1), 4326))`)
  await refused(`INSERT INTO planning.projects (owner_id) VALUES ('ana')`)
  await db.query(`INSERT INTO planning.projects (owner_id, state) VALUES ('ana', 'importing')`)
  await refused(`INSERT INTO planning.features (project_id, name, stable_key) VALUES ('${id}', 'f', 'key')`)
  await refused(`INSERT INTO planning.features (name) VALUES ('f')`)
  await db.query(`WITH s AS (INSERT INTO planning.cost_surfaces (project_id, name) VALUES ('${id}', 's') RETURNING id),
    u AS (INSERT INTO planning.planning_units (project_id, puid, geom)
      VALUES ('${id}', 2, ST_MakeEnvelope(0, 0, 1, 1, 4326)) RETURNING id) SELECT FROM s, u`)
  for (const cost of ['-1', 'NaN', 'Infinity']) {
    await refused(`INSERT INTO planning.cost_surface_values SELECT s.id, u.id, '${cost}'
      FROM planning.cost_surfaces s JOIN planning.planning_units u USING (project_id)`)
  }
  await db.query(`INSERT INTO planning.cost_surface_values SELECT s.id, u.id, 0
    FROM planning.cost_surfaces s JOIN planning.planning_units u USING (project_id)`)
})

test('deleting a project deletes all that is its own and nothing else', async () => {
  const shared = await sharedRows(db)
  const [gone, kept] = [await madeUpProject(db, shared), await madeUpProject(db, shared)]
  const before = await ownedRows(db, kept)
  for (const [table, rows] of Object.entries(before)) assert.ok(rows.length > 0, `${table} is empty`)
  const counts = async () =>
    (
      await db.query(
        Object.keys(ownedBy)
          .map((table) => `SELECT count(*) FROM planning.${table}`)
          .join(' UNION ALL '),
      )
    ).rows
  const all = await counts()
  await db.query('DELETE FROM planning.projects WHERE id = $1', [gone])
  assert.equal(await ownedRows(db, kept), before)
  const third = await madeUpProject(db, shared)
  assert.equal(await counts(), all, 'a project that was deleted left rows behind')
  await db.query('DELETE FROM planning.projects WHERE id = ANY($1)', [[kept, third]])
  const left = await db.query<{ count: string }>('SELECT count(*) FROM planning.scenario_planning_units')
  assert.equal(Number(left.rows[0]?.count), 0)
})

test.run()
