import assert from 'node:assert/strict'
import { isPieceworkError } from '@piecework/core'
import type { Piece } from '@piecework/core/piece'
import { assertSchemaCovered, type TableSpec, tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { type World, world } from '../table-piece/support.js'

const test = needsServer(suite('coverage: forgetting is caught'))
let here: World

test.before(async () => {
  here = await world(`
    CREATE SCHEMA shop;
    CREATE TABLE shop.projects (id uuid PRIMARY KEY, name text, owner text);
    CREATE TABLE shop.notes (id uuid PRIMARY KEY, project_id uuid REFERENCES shop.projects, line text,
      length int GENERATED ALWAYS AS (length(line)) STORED);
    CREATE TABLE shop.words (note_id uuid REFERENCES shop.notes, n int, word text, PRIMARY KEY (note_id, n));
    CREATE TABLE shop.prices (id uuid PRIMARY KEY, amount int)`)
})
test.after(() => here.close())

const projects: TableSpec = {
  table: 'projects',
  owner: 'id',
  order: ['name'],
  columns: ['name'],
  ignore: ['owner'],
}
const notes: TableSpec = { table: 'notes', owner: 'project_id', order: ['line'], columns: ['line'] }
const words: TableSpec = {
  table: 'words',
  owner: 'note_id.project_id',
  order: ['n'],
  columns: ['n', 'word'],
  references: { note_id: 'notes' },
}
const piece = (name: string, ...tables: readonly TableSpec[]): Piece =>
  tablePiece({ name: `shop/${name}`, of: 'project', version: 1, schema: 'shop', tables })

const all = [piece('project', projects), piece('notes', notes, words)]
const shop = { schema: 'shop', root: 'projects', ignored: ['projects.owner'] }

/** What is undecided, with `sql` done to the schema for a moment. */
async function undecided(pieces: readonly Piece[], options = shop, sql = 'SELECT'): Promise<unknown> {
  let found: unknown = 'nothing'
  const undo = new Error('undo')
  await here.db
    .transaction(async (tx) => {
      await tx.query(sql)
      await assertSchemaCovered(tx, pieces, options).catch((error: unknown) => {
        if (!isPieceworkError(error, 'registry-invalid')) throw error
        const { undecided = [], stale = [] } = error.facts as Record<string, string[]>
        for (const name of [...undecided, ...stale]) {
          for (const word of name.split('.')) assert.ok(error.message.includes(`"${word}"`), error.message)
        }
        found = [...undecided, ...stale.map((name) => `stale ${name}`)]
      })
      throw undo
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error
    })
  return found
}

test('a schema whose every column is claimed or listed is covered; what no key leads to the root from is not asked', async () => {
  assert.equal(await undecided(all), 'nothing')
})

test('a new column that is undecided is named', async () => {
  assert.deepEqual(await undecided(all, shop, 'ALTER TABLE shop.words ADD COLUMN colour text'), [
    'words.colour',
  ])
  assert.deepEqual(await undecided(all, shop, 'ALTER TABLE shop.projects ADD COLUMN budget int'), [
    'projects.budget',
  ])
})

test('a new table from which foreign keys lead to the root is named, however far away it is', async () => {
  const create = `CREATE TABLE shop.letters (note_id uuid, n int, letter text,
    FOREIGN KEY (note_id, n) REFERENCES shop.words); CREATE TABLE shop.strokes (id uuid PRIMARY KEY, letter text)`
  assert.deepEqual(await undecided(all, shop, create), ['letters'])
  assert.equal(await undecided(all, { ...shop, ignored: ['projects.owner', 'letters'] }, create), 'nothing')
})

test('a column that one piece leaves to another, and the other forgets, is named', async () => {
  assert.deepEqual(await undecided(all, { ...shop, ignored: [] }), ['projects.owner'])
  const { ignore: _, ...spec } = projects
  const owner = piece('owner', { ...spec, columns: ['owner'], ignore: ['name'] })
  assert.equal(await undecided([...all, owner], { ...shop, ignored: [] }), 'nothing')
})

test('a piece that does not list columns claims those that it does not ignore', async () => {
  const { columns: _, ...open } = words
  const pieces = [piece('project', projects), piece('notes', notes, open)]
  assert.equal(await undecided(pieces, shop, 'ALTER TABLE shop.words ADD COLUMN colour text'), 'nothing')
})

test('a piece that goes, or that is for people only, leaves its tables undecided', async () => {
  const [project] = all
  assert.ok(project)
  assert.deepEqual(await undecided([project]), ['notes', 'words'])
  const forPeople = tablePiece({
    name: 'shop/notes',
    of: 'project',
    version: 1,
    exportOnly: true,
    schema: 'shop',
    tables: [notes, words],
  })
  assert.deepEqual(await undecided([project, forPeople]), ['notes', 'words'])
})

test('what is listed as ignored must exist', async () => {
  const ignored = ['projects.owner', 'projects.gone', 'attic']
  assert.deepEqual(await undecided(all, { ...shop, ignored }), ['stale projects.gone', 'stale attic'])
})

test('columns that the table does not have, or that are ignored, are refused', async () => {
  assert.throws(
    () => piece('notes', { ...notes, ignore: ['line'] }),
    /"line" of table "notes" does not travel/,
  )
})

test.run()
