import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { csvLine, jobIds } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import * as fc from 'fast-check'
import { suite } from 'uvu'
import { imported, newProject, rowsOf, type World, world } from './support.js'

const test = needsServer(suite('table pieces: streamed rows with stable keys'))
let here: World

const shared = { where: 'project_id IS NULL', by: ['stable_key'] }
const lookup = { where: 'project_id = $resource', by: ['name'] }
const piece = tablePiece({
  name: 'project/marks',
  of: 'project',
  version: 1,
  tables: [
    { table: 'areas', owner: 'project_id', order: ['name'], ignore: ['stable_key'] },
    {
      table: 'marks',
      owner: 'project_id',
      order: ['note'],
      references: { area_id: { table: 'areas', of: 'project', shared, lookup } },
    },
  ],
})
const keys = ['plain', 'a, "b"\nc', 'ключ', 'É']

test.before(async () => {
  here = await world(`
    CREATE TABLE projects (id uuid PRIMARY KEY);
    CREATE TABLE areas (id uuid PRIMARY KEY, project_id uuid REFERENCES projects, name text, stable_key text UNIQUE);
    CREATE TABLE marks (id uuid PRIMARY KEY, project_id uuid REFERENCES projects, area_id uuid NOT NULL REFERENCES areas, note text)`)
  for (const key of keys) {
    await here.db.query('INSERT INTO areas VALUES (gen_random_uuid(), NULL, NULL, $1)', [key])
  }
})
test.after(() => here.close())

type Values = Readonly<Record<string, string | null>>

const file = (columns: readonly string[], rows: readonly Values[]) => ({
  csv: [columns, ...rows.map((row) => columns.map((name) => row[name] ?? null))].map(csvLine).join(''),
  rows: rows.length,
})

const own = randomUUID()
const areas = file(['id', 'name'], [{ id: own, name: 'own' }])
const columns = ['id', 'area_id', 'area_id.stable_key', 'area_id.name', 'note']

const notes = [null, '', 'a,b', '"', 'line\nbreak', '\\.', 'plain', 'ü']
const marks = fc.array(
  fc.record({
    key: fc.constantFrom(null, ...keys),
    note: fc.constantFrom(...notes),
  }),
  { maxLength: 8 },
)

const everyMark = [null, ...keys].flatMap((key) => notes.map((note) => ({ key, note })))

test('new ids: own rows by new id, shared ones by stable key, whatever the order of the columns', async () => {
  await fc.assert(
    fc.asyncProperty(
      marks,
      fc.shuffledSubarray(columns, { minLength: columns.length }),
      async (rows, order) => {
        const given = rows.map(({ key, note }) => ({
          id: randomUUID(),
          area_id: key === null ? own : null,
          'area_id.stable_key': key,
          'area_id.name': key === null ? 'own' : null,
          note,
        }))
        const into = await newProject(here.db, randomUUID())
        const { counts, findings } = await imported(
          here.db,
          piece,
          { 'areas.csv': areas, 'marks.csv': file(order, given) },
          into,
        )
        assert.deepEqual(counts, { rows: rows.length + 1, skipped: 0 })
        assert.deepEqual(findings, [])
        const ids = jobIds(into.jobId)
        const found = await rowsOf(
          here.db,
          `SELECT m.id, coalesce(a.stable_key, a.name) AS area, m.note, a.project_id
         FROM marks m JOIN areas a ON a.id = m.area_id WHERE m.project_id = $1 ORDER BY m.id`,
          [into.resource.id],
        )
        const expected = given.map((row) => ({
          id: ids.idOf('marks', row.id),
          area: row['area_id.stable_key'] ?? 'own',
          note: row.note,
          project_id: row.area_id === null ? null : into.resource.id,
        }))
        assert.deepEqual(
          found,
          expected.sort((a, b) => (a.id < b.id ? -1 : 1)),
        )
      },
    ),
    { numRuns: 20, examples: [columns, columns.toReversed()].map((order) => [everyMark, order]) },
  )
})

test('honest counts: a row whose shared row is not here is left out and told', async () => {
  const rows = ['gone', 'plain'].map((key) => ({ id: randomUUID(), 'area_id.stable_key': key, note: key }))
  const into = await newProject(here.db, randomUUID())
  const { counts, findings } = await imported(
    here.db,
    piece,
    { 'areas.csv': areas, 'marks.csv': file(columns, rows) },
    into,
  )
  assert.deepEqual(counts, { rows: 2, skipped: 1 })
  assert.deepEqual(
    findings.map(({ code, column, count }) => ({ code, column, count })),
    [{ code: 'table/row-skipped', column: 'area_id', count: 1 }],
  )
})

test.run()
