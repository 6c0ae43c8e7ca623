import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { isPieceworkError } from '@piecework/core'
import { checkTables, tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { cloned, newProject, rowsOf, type World, world } from '../support.js'

const test = needsServer(suite('references: a writer beside the guard'))
let here: World

const labels = tablePiece({
  name: 'project/labels',
  of: 'project',
  version: 1,
  tables: [
    { table: 'groups', owner: 'project_id', order: ['n'], where: { sql: 'NOT hidden' } },
    {
      table: 'labels',
      owner: 'group_id.project_id',
      order: ['n'],
      references: { group_id: 'groups', other: 'labels' },
    },
  ],
})
const marks = tablePiece({
  name: 'project/marks',
  of: 'project',
  version: 1,
  after: ['project/labels'],
  tables: [
    {
      table: 'marks',
      owner: 'project_id',
      order: ['n'],
      references: { label_id: 'labels', group_id: 'groups' },
    },
  ],
})

test.before(async () => {
  here = await world(`
    CREATE TABLE projects (id uuid PRIMARY KEY);
    CREATE TABLE groups (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), project_id uuid REFERENCES projects, n int, hidden boolean DEFAULT false);
    CREATE TABLE labels (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), group_id uuid NOT NULL REFERENCES groups, n int, other uuid NOT NULL);
    CREATE TABLE marks (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), project_id uuid REFERENCES projects, n int, label_id uuid REFERENCES labels, group_id uuid)`)
})
test.after(() => here.close())

async function filled() {
  const project = randomUUID()
  await here.db.query('INSERT INTO projects VALUES ($1)', [project])
  await here.db.query('INSERT INTO groups (project_id, n) SELECT $1::uuid, n FROM generate_series(1, 2) n', [
    project,
  ])
  await here.db.query(
    'INSERT INTO labels (id, group_id, n, other) SELECT i, g.id, g.n, i FROM (SELECT id, n, gen_random_uuid() AS i FROM groups WHERE project_id = $1) g',
    [project],
  )
  await addMarks(project)
  return project
}

/** A mark for each label and group that has none. */
const addMarks = (project: string) =>
  here.db.query(
    `INSERT INTO marks (project_id, n, label_id, group_id) SELECT $1, l.n, l.id, g.id FROM labels l JOIN groups g ON g.id = l.group_id
     WHERE g.project_id = $1 AND NOT EXISTS (SELECT FROM marks m WHERE m.label_id = l.id)`,
    [project],
  )

test('honest counts: a row that came after its table was cloned fails what refers to it, to be tried again', async () => {
  const project = await filled()
  const into = await newProject(here.db, project)
  await cloned(here.db, labels, into)
  await here.db.query('INSERT INTO groups (project_id, n) VALUES ($1, 3)', [project])
  await here.db.query(
    'INSERT INTO labels (id, group_id, n, other) SELECT i, id, 3, i FROM (SELECT id, gen_random_uuid() AS i FROM groups WHERE project_id = $1 AND n = 3) g',
    [project],
  )
  await addMarks(project)
  await assert.rejects(cloned(here.db, marks, into), (error) => {
    assert.ok(isPieceworkError(error, 'source-changed'))
    assert.equal(error.retryable, true)
    assert.deepEqual(error.facts, { table: 'groups', count: 1 })
    return true
  })
  // Another clone has it.
  const again = await newProject(here.db, project)
  await cloned(here.db, labels, again)
  assert.deepEqual(await cloned(here.db, marks, again), { counts: { rows: 3, skipped: 0 }, findings: [] })
})

test('honest counts: so does a row whose writer has begun before its table was cloned, and committed afterwards', async () => {
  const project = await filled()
  const into = await newProject(here.db, project)
  await here.db.transaction(async (writer) => {
    await writer.query(
      `WITH g AS (INSERT INTO groups (project_id, n) VALUES ($1, 3) RETURNING id)
       INSERT INTO labels (id, group_id, n, other) SELECT i, g.id, 3, i FROM g, (SELECT gen_random_uuid() AS i) u`,
      [project],
    )
    await cloned(here.db, labels, into)
  })
  await addMarks(project)
  await assert.rejects(cloned(here.db, marks, into), (error) => isPieceworkError(error, 'source-changed'))
})

test('honest counts: rows that were left out for another reason are told, and nothing is tried again in vain', async () => {
  const project = await filled()
  await here.db.query(
    'UPDATE labels SET other = gen_random_uuid() WHERE n = 2 AND group_id IN (SELECT id FROM groups WHERE project_id = $1)',
    [project],
  )
  const into = await newProject(here.db, project)
  const first = await cloned(here.db, labels, into)
  assert.deepEqual(first.counts, { rows: 3, skipped: 1 })
  const second = await cloned(here.db, marks, into)
  assert.deepEqual(
    second.findings.map(({ code, column, count }) => [code, column, count]),
    [['table/reference-dangling', 'label_id', 1]],
  )
  await here.db.query('UPDATE groups SET hidden = true WHERE n = 1 AND project_id = $1', [project])
  const third = await newProject(here.db, project)
  await cloned(here.db, labels, third)
  const told = await cloned(here.db, marks, third)
  assert.deepEqual(told.findings.map(({ code, column, count }) => [code, column, count]).sort(), [
    ['table/reference-dangling', 'group_id', 1],
    ['table/reference-dangling', 'label_id', 2],
  ])
})

test('a reference to what another piece may fill later is refused at start', async () => {
  const early = tablePiece({
    name: 'project/early',
    of: 'project',
    version: 1,
    tables: [
      {
        table: 'marks',
        owner: 'project_id',
        order: ['n'],
        references: { label_id: 'labels', group_id: 'groups' },
      },
    ],
  })
  await checkTables(here.db, [labels, marks])
  await assert.rejects(
    checkTables(here.db, [labels, early]),
    /column "label_id" of table "marks" leads to "labels", which "project\/labels" may fill later/,
  )
})

test('deferred constraints fail the attempt, which names table and constraint', async () => {
  await here.db.query(`
    CREATE TABLE pairs (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), project_id uuid REFERENCES projects, n int, UNIQUE (n) DEFERRABLE INITIALLY DEFERRED)`)
  const pairs = tablePiece({
    name: 'project/pairs',
    of: 'project',
    version: 1,
    tables: [{ table: 'pairs', owner: 'project_id', order: ['n'] }],
  })
  const project = await filled()
  await here.db.query('INSERT INTO pairs (project_id, n) VALUES ($1, 1)', [project])
  const into = await newProject(here.db, project)
  await assert.rejects(cloned(here.db, pairs, into), (error) => {
    assert.ok(isPieceworkError(error, 'database'))
    assert.deepEqual([error.facts.table, error.facts.constraint], ['pairs', 'pairs_n_key'])
    return true
  })
  assert.deepEqual(await rowsOf(here.db, 'SELECT 1 FROM pairs WHERE project_id = $1', [into.resource.id]), [])
})

test.run()
