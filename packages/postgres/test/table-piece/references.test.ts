import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { jobIds } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { cloned, exported, type Files, imported, newProject, rowsOf, type World, world } from './support.js'

const test = needsServer(suite('table pieces: references'))
let here: World

const tree = tablePiece({
  name: 'project/folders',
  of: 'project',
  version: 1,
  tables: [
    {
      table: 'folders',
      owner: 'project_id',
      order: ['name'],
      references: { parent_id: 'folders', twin_id: 'folders', main_file: 'files', loose_file: 'files' },
    },
    {
      table: 'files',
      owner: 'folder_id.project_id',
      order: ['name'],
      references: { folder_id: 'folders', loose_folder: 'folders' },
    },
  ],
})

test.before(async () => {
  // Columns called loose and twin_id have no foreign key; folder_id may not be NULL.
  here = await world(`
    CREATE TABLE projects (id uuid PRIMARY KEY);
    CREATE TABLE folders (id uuid PRIMARY KEY, project_id uuid REFERENCES projects, name text, parent_id uuid REFERENCES folders,
      twin_id uuid, main_file uuid, loose_file uuid);
    CREATE TABLE files (id uuid PRIMARY KEY, folder_id uuid NOT NULL REFERENCES folders, loose_folder uuid NOT NULL, name text);
    ALTER TABLE folders ADD FOREIGN KEY (main_file) REFERENCES files`)
})
test.after(() => here.close())

const [a, b, c, x, y, nowhere] = Array.from({ length: 6 }, () => randomUUID())
const source = { kind: 'project', id: randomUUID() }

const folders = (project: string) =>
  rowsOf(
    here.db,
    `SELECT f.name, p.name AS parent, t.name AS twin, m.name AS main, l.name AS loose, f.twin_id IS NULL AS alone FROM folders f
     LEFT JOIN folders p ON p.id = f.parent_id LEFT JOIN folders t ON t.id = f.twin_id
     LEFT JOIN files m ON m.id = f.main_file LEFT JOIN files l ON l.id = f.loose_file WHERE f.project_id = $1 ORDER BY 1`,
    [project],
  )

const whole: Files = {
  'folders.csv': `id,name,parent_id,twin_id,main_file,loose_file\n${a},a,${b},${b},${x},\n${b},b,,${a},,${y}\n${c},c,${c},,,\n`,
  'files.csv': `id,folder_id,loose_folder,name\n${x},${b},${a},x\n${y},${a},${a},y\n`,
}

const expected = [
  { name: 'a', parent: 'b', twin: 'b', main: 'x', loose: null, alone: false },
  { name: 'b', parent: null, twin: 'a', main: null, loose: 'y', alone: false },
  { name: 'c', parent: 'c', twin: null, main: null, loose: null, alone: true },
]

test('trees and cycles come through, whatever the order of rows; tables that lead to each other need no word', async () => {
  const into = await newProject(here.db, source.id)
  const { counts, findings } = await imported(here.db, tree, whole, into)
  assert.deepEqual(counts, { rows: 5, skipped: 0 })
  assert.deepEqual(findings, [])
  assert.deepEqual(await folders(into.resource.id), expected)

  const copy = await newProject(here.db, into.resource.id)
  const clone = await cloned(here.db, tree, copy)
  assert.deepEqual(clone, { counts: { rows: 5, skipped: 0 }, findings: [] })
  assert.deepEqual(await folders(copy.resource.id), expected)
})

const broken: Files = {
  'folders.csv': `id,name,parent_id,twin_id,main_file,loose_file\n${a},a,${nowhere},${nowhere},${nowhere},${nowhere}\n${b},b,${a},${a},${x},${x}\n`,
  'files.csv': `id,folder_id,loose_folder,name\n${x},${b},${b},x\n${y},${nowhere},${b},y\n${c},${b},${nowhere},c\n`,
}

test('honest counts: what leads nowhere is left empty, or its row is left out, counted and told', async () => {
  const into = await newProject(here.db, source.id)
  const { counts, findings } = await imported(here.db, tree, broken, into)
  assert.deepEqual(counts, { rows: 3, skipped: 2 })
  assert.deepEqual(
    findings.map(({ severity, code, file, column, count }) => [severity, code, file, column, count]).sort(),
    [
      ['warning', 'table/reference-dangling', 'folders.csv', 'loose_file', 1],
      ['warning', 'table/reference-dangling', 'folders.csv', 'main_file', 1],
      ['warning', 'table/reference-dangling', 'folders.csv', 'parent_id', 1],
      ['warning', 'table/reference-dangling', 'folders.csv', 'twin_id', 1],
      ['warning', 'table/row-skipped', 'files.csv', 'folder_id', 1],
      ['warning', 'table/row-skipped', 'files.csv', 'loose_folder', 1],
    ],
  )
  assert.ok(findings.every(({ message }) => message.includes(nowhere as string)))
  assert.deepEqual(await folders(into.resource.id), [
    { name: 'a', parent: null, twin: null, main: null, loose: null, alone: true },
    { name: 'b', parent: 'a', twin: 'a', main: 'x', loose: 'x', alone: false },
  ])
})

test('new ids: a reference into another resource is dropped by a clone, not kept', async () => {
  const other = await newProject(here.db, source.id)
  await imported(here.db, tree, whole, other)
  const [foreign] = await rowsOf<{ id: string }>(
    here.db,
    `SELECT id FROM folders WHERE project_id = $1 AND name = 'c'`,
    [other.resource.id],
  )
  const into = await newProject(here.db, source.id)
  await imported(here.db, tree, whole, into)
  await here.db.query(
    `UPDATE folders SET parent_id = $1, twin_id = $1 WHERE project_id = $2 AND name = 'a'`,
    [foreign?.id, into.resource.id],
  )
  await here.db.query(
    `UPDATE files SET loose_folder = $1 WHERE name = 'y' AND folder_id IN (SELECT id FROM folders WHERE project_id = $2)`,
    [foreign?.id, into.resource.id],
  )
  const copy = await newProject(here.db, into.resource.id)
  const { counts, findings } = await cloned(here.db, tree, copy)
  assert.deepEqual(counts, { rows: 4, skipped: 1 })
  assert.deepEqual(findings.map(({ code, column }) => [code, column]).sort(), [
    ['table/reference-dangling', 'loose_file'],
    ['table/reference-dangling', 'parent_id'],
    ['table/reference-dangling', 'twin_id'],
    ['table/row-skipped', 'loose_folder'],
  ])
  assert.deepEqual((await folders(copy.resource.id))[0], {
    ...expected[0],
    parent: null,
    twin: null,
    alone: true,
  })
})

test('rows without a place are left out together with those that need them', async () => {
  await here.db.query(
    'CREATE TABLE chain (id uuid PRIMARY KEY, project_id uuid REFERENCES projects, above uuid NOT NULL REFERENCES chain)',
  )
  const chain = tablePiece({
    name: 'project/chain',
    of: 'project',
    version: 1,
    tables: [{ table: 'chain', owner: 'project_id', order: [], references: { above: 'chain' } }],
  })
  const into = await newProject(here.db, source.id)
  const files = { 'chain.csv': `id,above\n${a},${nowhere}\n${b},${a}\n${c},${b}\n${x},${x}\n${y},${x}\n` }
  const { counts } = await imported(here.db, chain, files, into)
  assert.deepEqual(counts, { rows: 2, skipped: 3 })
  const rows = await rowsOf<{ id: string }>(here.db, 'SELECT id FROM chain WHERE project_id = $1', [
    into.resource.id,
  ])
  const ids = jobIds(into.jobId)
  assert.deepEqual(
    rows.map(({ id }) => id).sort(),
    [x, y].map((id) => ids.idOf('chain', id as string)).sort(),
  )
})

test('a reference to what the job does not carry stays in a clone and is never taken from a file', async () => {
  await here.db.query(`
    CREATE TABLE units (id uuid PRIMARY KEY, project_id uuid REFERENCES projects, puid int);
    CREATE TABLE scenarios (id uuid PRIMARY KEY, project_id uuid REFERENCES projects);
    CREATE TABLE locks (scenario_id uuid REFERENCES scenarios, unit_id uuid NOT NULL REFERENCES units, PRIMARY KEY (scenario_id, unit_id))`)
  const lookup = {
    where: 'project_id = (SELECT s.project_id FROM scenarios s WHERE s.id = $resource)',
    by: ['puid'],
  }
  const locks = (reference: object) =>
    tablePiece({
      name: 'scenario/locks',
      of: 'scenario',
      version: 1,
      tables: [
        {
          table: 'locks',
          owner: 'scenario_id',
          order: ['unit_id.puid'],
          references: { unit_id: { table: 'units', of: 'project', ...reference } },
        },
      ],
    })
  const project = await newProject(here.db, source.id)
  const target = await newProject(here.db, source.id)
  const [from, to, elsewhereTo] = [randomUUID(), randomUUID(), randomUUID()]
  await here.db.query('INSERT INTO scenarios VALUES ($1, $4), ($2, $4), ($3, $5)', [
    from,
    to,
    elsewhereTo,
    project.resource.id,
    target.resource.id,
  ])
  await here.db.query(
    'INSERT INTO units SELECT gen_random_uuid(), $1::uuid, n FROM generate_series(1, 3) n',
    [project.resource.id],
  )
  await here.db.query(
    'INSERT INTO units SELECT gen_random_uuid(), $1::uuid, n FROM generate_series(2, 9) n',
    [target.resource.id],
  )
  await here.db.query('INSERT INTO locks SELECT $1::uuid, id FROM units WHERE project_id = $2', [
    from,
    project.resource.id,
  ])
  const into = (id: string) => ({
    jobId: randomUUID(),
    source: { kind: 'scenario', id: from },
    resource: { kind: 'scenario', id },
    carries: (kind: string) => kind === 'scenario',
  })
  const units = (id: string) =>
    rowsOf(here.db, 'SELECT unit_id FROM locks WHERE scenario_id = $1 ORDER BY 1', [id])

  assert.deepEqual((await cloned(here.db, locks({}), into(to))).counts, { rows: 3, skipped: 0 })
  assert.deepEqual(await units(to), await units(from))

  const plain = await exported(here.db, locks({}), { kind: 'scenario', id: from })
  const taken = await imported(here.db, locks({}), plain.files, into(elsewhereTo))
  assert.deepEqual(taken.counts, { rows: 0, skipped: 3 })

  const keyed = await exported(here.db, locks({ lookup }), { kind: 'scenario', id: from })
  assert.match(keyed.files['locks.csv']?.csv ?? '', /^unit_id,unit_id\.puid\n[0-9a-f-]{36},1\n/)
  const found = await imported(here.db, locks({ lookup }), keyed.files, into(elsewhereTo))
  assert.deepEqual(found.counts, { rows: 2, skipped: 1 })
  const puids = await rowsOf(
    here.db,
    'SELECT puid FROM locks JOIN units u ON u.id = unit_id WHERE scenario_id = $1 AND u.project_id = $2 ORDER BY 1',
    [elsewhereTo, target.resource.id],
  )
  assert.deepEqual(puids, [{ puid: 2 }, { puid: 3 }])
})

test.run()
