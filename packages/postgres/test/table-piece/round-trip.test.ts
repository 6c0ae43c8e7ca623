import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { jobIds } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import {
  cloned,
  exported,
  type Files,
  imported,
  newProject,
  type Outcome,
  rowsOf,
  validated,
  type World,
  world,
} from './support.js'

const test = needsServer(suite('table pieces: export, import, clone'))
let here: World

const features = tablePiece({
  name: 'project/features',
  of: 'project',
  version: 1,
  tables: [
    {
      table: 'features',
      owner: 'project_id',
      order: ['name'],
      set: { state: () => 'fresh' },
      ignore: ['cache'],
    },
    {
      table: 'feature_geometries',
      owner: 'feature_id.project_id',
      order: ['feature_id.name', 'part'],
      references: { feature_id: 'features' },
    },
    { table: 'planning units', owner: 'project_id', order: ['puid'] },
    {
      table: 'feature_amounts',
      owner: 'planning_unit_id.project_id',
      order: ['feature_id.name', 'planning_unit_id.puid'],
      references: { feature_id: 'features', planning_unit_id: 'planning units' },
    },
    { table: 'empty', owner: 'project_id', order: ['id'] },
  ],
})

const project = tablePiece({
  name: 'project/metadata',
  of: 'project',
  version: 1,
  tables: [
    {
      table: 'projects',
      owner: 'id',
      order: [],
      ignore: ['created_at'],
      set: {
        state: () => 'importing',
        owner_id: ({ principal }) => principal.id,
        notes: ({ source }) => [source.kind],
      },
      keepShellValue: ['name'],
    },
  ],
})

const nasty = `'; DROP TABLE projects; -- "${'é'.repeat(3)} ☃`

test.before(async () => {
  here = await world(`
    CREATE TABLE projects (id uuid PRIMARY KEY, name text NOT NULL DEFAULT '', description text, owner_id text,
      state text NOT NULL DEFAULT 'shell', notes jsonb, big bigint GENERATED ALWAYS AS IDENTITY, shout text GENERATED ALWAYS AS (upper(name)) STORED,
      created_at timestamptz DEFAULT now());
    CREATE TABLE features (id uuid PRIMARY KEY, project_id uuid REFERENCES projects ON DELETE CASCADE, name text NOT NULL,
      state text, cache text, flag boolean, amount float8, exact numeric, small int2, huge int8, bytes bytea, tags text[], doc jsonb, day date,
      at timestamptz, span interval, "${nasty.replaceAll('"', '""')}" text, double_amount float8 GENERATED ALWAYS AS (amount * 2) STORED,
      serial_no int GENERATED ALWAYS AS IDENTITY, later text DEFAULT 'default');
    CREATE TABLE feature_geometries (id uuid PRIMARY KEY, feature_id uuid NOT NULL REFERENCES features, part int, geom geometry);
    CREATE TABLE "planning units" (id uuid PRIMARY KEY, project_id uuid NOT NULL REFERENCES projects, puid int NOT NULL, UNIQUE (project_id, puid));
    CREATE TABLE feature_amounts (feature_id uuid REFERENCES features, planning_unit_id uuid REFERENCES "planning units", amount float8,
      PRIMARY KEY (feature_id, planning_unit_id));
    CREATE TABLE empty (id uuid PRIMARY KEY, project_id uuid REFERENCES projects)`)
})
test.after(() => here.close())

async function filledProject(): Promise<string> {
  const id = randomUUID()
  await here.db.query(
    `INSERT INTO projects (id, name, description, owner_id, state) VALUES ($1, $2, $3, 'owner', 'ready')`,
    [id, 'Reef', 'two\nlines, "quoted"'],
  )
  await here.db.query(
    `INSERT INTO features (id, project_id, name, state, cache, flag, amount, exact, small, huge, bytes, tags, doc, day, at, span, "${nasty.replaceAll('"', '""')}")
     VALUES (gen_random_uuid(), $1, 'b', 'old', 'hot', true, 0.1::float8 + 0.2, 1e-30, -32768, 9223372036854775807, '\\x00ff', '{a,NULL,"x,y"}', '{"a": [1, null]}',
             '4713-01-01 BC', '2020-02-29 23:59:59.999999+05:30', '-1 day +02:03:04', ''),
            (gen_random_uuid(), $1, 'a', null, null, null, 'NaN', 'NaN', null, null, '', '{}', 'null', 'infinity', '-infinity', null, null),
            (gen_random_uuid(), $1, $2, null, null, false, '-Infinity', 12345678901234567890.0987654321, 0, 0, null, null, null, null, null, null, $3)`,
    [id, '\\.', 'line\r\nbreak, "quote" \\N \\. \t'],
  )
  await here.db.query(
    `INSERT INTO feature_geometries SELECT gen_random_uuid(), f.id, n, CASE n WHEN 1 THEN ST_GeomFromText('POLYGON((0 0, 0.1 0, 0 0.3, 0 0))', 4326)
       WHEN 2 THEN ST_GeomFromText('POINT EMPTY', 4326) WHEN 3 THEN ST_GeomFromText('LINESTRING ZM (1 2 3 4, 5 6 7 8)', 4326) END
     FROM features f, generate_series(1, 4) n WHERE f.project_id = $1`,
    [id],
  )
  await here.db.query(
    `INSERT INTO "planning units" SELECT gen_random_uuid(), $1::uuid, n FROM generate_series(1, 500) n`,
    [id],
  )
  await here.db.query(
    `INSERT INTO feature_amounts SELECT f.id, p.id, random() FROM features f, "planning units" p WHERE f.project_id = $1 AND p.project_id = $1`,
    [id],
  )
  return id
}

/** Everything of a project but ids, in a comparable order. */
async function content(project: string): Promise<unknown> {
  const [row] = await rowsOf(
    here.db,
    `SELECT
      (SELECT jsonb_agg(to_jsonb(f) - 'id' - 'project_id' - 'state' - 'cache' - 'serial_no' ORDER BY name) FROM features f WHERE project_id = $1) AS features,
      (SELECT jsonb_agg(jsonb_build_array(f.name, part, geom::text) ORDER BY f.name, part) FROM feature_geometries g JOIN features f ON f.id = g.feature_id WHERE f.project_id = $1) AS geometries,
      (SELECT jsonb_agg(jsonb_build_array(f.name, puid, a.amount) ORDER BY f.name, puid) FROM feature_amounts a JOIN features f ON f.id = a.feature_id
        JOIN "planning units" p ON p.id = a.planning_unit_id WHERE p.project_id = $1 AND f.project_id = $1) AS amounts`,
    [project],
  )
  return row
}

test('new ids: rows survive export and import with new ids; honest counts: counts agree everywhere', async () => {
  const source = await filledProject()
  const { counts, files } = await exported(here.db, features, { kind: 'project', id: source })
  assert.deepEqual(Object.keys(files), [
    'features.csv',
    'feature_geometries.csv',
    'planning_20_units.csv',
    'feature_amounts.csv',
    'empty.csv',
  ])
  assert.deepEqual(
    Object.values(files).map(({ rows }) => rows),
    [3, 12, 500, 1500, 0],
  )
  assert.equal(counts.rows, 2015)
  assert.deepEqual(await validated(here.db, features, files), [])

  const into = await newProject(here.db, source)
  const outcome = await imported(here.db, features, files, into)
  assert.deepEqual(outcome, { counts: { rows: 2015, skipped: 0 }, findings: [] })
  assert.deepEqual(await content(into.resource.id), await content(source))

  const ids = jobIds(into.jobId)
  const pairs = (id: string) =>
    rowsOf<{ id: string }>(here.db, 'SELECT id FROM features WHERE project_id = $1 ORDER BY name', [id])
  const old = await pairs(source)
  assert.deepEqual(
    (await pairs(into.resource.id)).map(({ id }) => id),
    old.map(({ id }) => ids.idOf('features', id)),
  )
  const states = await rowsOf(here.db, 'SELECT DISTINCT state, cache FROM features WHERE project_id = $1', [
    into.resource.id,
  ])
  assert.deepEqual(states, [{ state: 'fresh', cache: null }])
})

/** The file with its last row first. */
function reversed(csv = ''): string {
  const [head, ...lines] = csv.trimEnd().split('\n')
  return `${[head, ...lines.reverse()].join('\n')}\n`
}

/** Files whose values hold no newlines. */
const reversible = ['feature_geometries.csv', 'planning_20_units.csv', 'feature_amounts.csv']

test('reproducible: equal content is exported in equal order, in whatever order its rows were imported', async () => {
  const source = await filledProject()
  const first = await exported(here.db, features, { kind: 'project', id: source })
  const into = await newProject(here.db, source)
  const files: Record<string, Files[string]> = { ...first.files }
  for (const path of reversible) files[path] = reversed(first.files[path]?.csv)
  await imported(here.db, features, files, into)
  assert.deepEqual(await content(into.resource.id), await content(source))
  const second = await exported(here.db, features, into.resource)
  const withoutIds = (csv: string) => csv.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id')
  for (const [path, { csv }] of Object.entries(first.files)) {
    assert.equal(withoutIds(second.files[path]?.csv ?? ''), withoutIds(csv))
  }
  assert.deepEqual(await exported(here.db, features, { kind: 'project', id: source }), first)
})

test('a clone is equal to an export and import of the same job', async () => {
  const source = await filledProject()
  const into = await newProject(here.db, source)
  const { files } = await exported(here.db, features, { kind: 'project', id: source })
  const all = () =>
    rowsOf(here.db, 'SELECT id, name FROM features WHERE project_id = $1 ORDER BY name', [into.resource.id])
  const byClone = await cloned(here.db, features, into)
  assert.deepEqual(byClone, { counts: { rows: 2015, skipped: 0 }, findings: [] })
  assert.deepEqual(await content(into.resource.id), await content(source))
  const clonedIds = await all()
  await here.db.query(
    'DELETE FROM feature_amounts a USING features f WHERE f.id = a.feature_id AND f.project_id = $1',
    [into.resource.id],
  )
  await here.db.query(
    'DELETE FROM feature_geometries g USING features f WHERE f.id = g.feature_id AND f.project_id = $1',
    [into.resource.id],
  )
  for (const table of ['features', '"planning units"']) {
    await here.db.query(`DELETE FROM ${table} WHERE project_id = $1`, [into.resource.id])
  }
  await imported(here.db, features, files, into)
  assert.deepEqual(await all(), clonedIds)
})

test('hostile archives: the own row is an update of the shell; its id, owner and state are ours', async () => {
  const source = await filledProject()
  const { files } = await exported(here.db, project, { kind: 'project', id: source })
  assert.match(files['projects.csv']?.csv ?? '', /^name,description\nReef,"two\nlines, ""quoted"""\n$/)
  for (const run of ['import', 'clone']) {
    const into = await newProject(here.db, source)
    const outcome: Outcome =
      run === 'import' ? await imported(here.db, project, files, into) : await cloned(here.db, project, into)
    assert.deepEqual(outcome.counts, { rows: 1, skipped: 0 })
    const [row] = await rowsOf(
      here.db,
      'SELECT name, shout, description, owner_id, state, notes FROM projects WHERE id = $1',
      [into.resource.id],
    )
    assert.deepEqual(row, {
      name: 'Reef',
      shout: 'REEF',
      description: 'two\nlines, "quoted"',
      owner_id: 'someone',
      state: 'importing',
      notes: ['project'],
    })
  }
})

test('a name that the shell was given is kept', async () => {
  const source = await filledProject()
  const into = await newProject(here.db, source)
  await here.db.query(`UPDATE projects SET name = 'Given anew' WHERE id = $1`, [into.resource.id])
  await cloned(here.db, project, into)
  const [row] = await rowsOf(here.db, 'SELECT name, description FROM projects WHERE id = $1', [
    into.resource.id,
  ])
  assert.deepEqual(row, { name: 'Given anew', description: 'two\nlines, "quoted"' })
})

test('an older archive without a column gives it the default', async () => {
  const source = await filledProject()
  const { files } = await exported(here.db, features, { kind: 'project', id: source })
  const into = await newProject(here.db, source)
  const id = randomUUID()
  const older = {
    ...files,
    'features.csv': `id,name\n${id},only\n`,
    'feature_geometries.csv': 'id,feature_id\n',
    'feature_amounts.csv': 'feature_id,planning_unit_id\n',
  }
  assert.deepEqual(await validated(here.db, features, older), [])
  await imported(here.db, features, older, into)
  const [row] = await rowsOf(here.db, 'SELECT name, later, flag FROM features WHERE project_id = $1', [
    into.resource.id,
  ])
  assert.deepEqual(row, { name: 'only', later: 'default', flag: null })
})

test.run()
