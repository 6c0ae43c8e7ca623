import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  createPiecework,
  memoryArtifacts,
  memoryStore,
  type Piecework,
  type ResourceKind,
} from '@piecework/core'
import {
  type CsvRow,
  csvLine,
  type Entries,
  entriesOf,
  type Piece,
  type Upgrade,
} from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { rowsOf, type World, world } from './support.js'

const test = needsServer(suite('table pieces: old versions'))
let here: World
const artifacts = memoryArtifacts()

test.before(async () => {
  here = await world(`
    CREATE TABLE projects (id uuid PRIMARY KEY, name text);
    CREATE SCHEMA first;
    CREATE TABLE first.notes (id uuid PRIMARY KEY, project_id uuid REFERENCES projects, line text, colour text);
    CREATE SCHEMA second;
    CREATE TABLE second.notes (id uuid PRIMARY KEY, project_id uuid REFERENCES projects, body text NOT NULL);
    CREATE SCHEMA third;
    CREATE TABLE third.notes (id uuid PRIMARY KEY, project_id uuid REFERENCES projects, body text NOT NULL, words int NOT NULL)`)
})
test.after(() => here.close())

/** A row for each row, as it would have been written later. */
function eachRow(path: string, change: (row: CsvRow) => CsvRow): Upgrade {
  return (entries: Entries) =>
    entriesOf(
      entries.paths.map((one) => ({
        path: one,
        facts: entries.facts(one) ?? { size: 0 },
        open: () => (one === path ? changed(entries.rows(one), change) : entries.open(one)),
      })),
    )
}

async function* changed(batches: AsyncIterable<readonly CsvRow[]>, change: (row: CsvRow) => CsvRow) {
  let header = false
  for await (const batch of batches) {
    for (const row of batch.map(change)) {
      if (!header) yield Buffer.from(csvLine(Object.keys(row)))
      header = true
      yield Buffer.from(csvLine(Object.values(row)))
    }
  }
}

const upgrades: Readonly<Record<number, Upgrade>> = {
  // Version 2 called the line the body, which must not be missing, and dropped the colour.
  1: eachRow('notes.csv', ({ line, colour: _, ...row }) => ({ ...row, body: line ?? '' })),
  // Version 3 counts words.
  2: eachRow('notes.csv', (row) => ({ ...row, words: String(row.body?.split(/\s/).length) })),
}

const notes = (version: number, schema: string): Piece =>
  tablePiece({
    name: 'project/notes',
    of: 'project',
    version,
    schema,
    tables: [{ table: 'notes', owner: 'project_id', order: [version === 1 ? 'line' : 'body'] }],
    upgrades,
  })

const kind: ResourceKind = {
  kind: 'project',
  table: 'projects',
  describe: async ({ id }, db) => {
    const { rows } = await db.query<{ name: string }>('SELECT name FROM projects WHERE id = $1', [id])
    return rows[0]
  },
  shell: {
    create: async ({ ref }, tx) => {
      await tx.query(`INSERT INTO projects VALUES ($1, 'imported') ON CONFLICT (id) DO NOTHING`, [ref.id])
    },
    ready: async () => {},
    remove: async ({ id }, tx) => {
      await tx.query('DELETE FROM projects WHERE id = $1', [id])
    },
  },
}

async function withVersion<T>(piece: Piece, work: (piecework: Piecework) => Promise<T>): Promise<T> {
  const piecework = createPiecework({
    packs: [{ name: 'notes', kinds: [kind], pieces: [piece] }],
    runtime: inProcess({ concurrency: 1 }),
    store: memoryStore({ database: here.db }),
    artifacts,
  })
  await piecework.start()
  try {
    return await work(piecework)
  } finally {
    await piecework.stop()
  }
}

const principal = { id: 'ana' }

async function exportedBy(piece: Piece, insert: string): Promise<{ readonly artifact: string }> {
  const id = randomUUID()
  await here.db.query(`INSERT INTO projects VALUES ($1, 'old')`, [id])
  await here.db.query(insert, [id])
  return withVersion(piece, async (piecework) => {
    const job = await piecework.export({ principal, resource: { kind: 'project', id } })
    const { archive } = await job.result()
    return { artifact: archive?.artifact ?? '' }
  })
}

async function importedBy3(archive: { readonly artifact: string }): Promise<readonly object[]> {
  return withVersion(notes(3, 'third'), async (piecework) => {
    const report = await (await piecework.import({ principal, archive })).ended()
    assert.equal(report.job.outcome, 'succeeded', JSON.stringify([report.job.error, report.findings]))
    assert.deepEqual(report.findings, [])
    return rowsOf(here.db, 'SELECT body, words FROM third.notes WHERE project_id = $1 ORDER BY body', [
      report.job.target?.id,
    ])
  })
}

test('an archive of version 1 passes through all upgrades to version 3, its rows streamed', async () => {
  const archive = await exportedBy(
    notes(1, 'first'),
    `INSERT INTO first.notes SELECT gen_random_uuid(), $1::uuid, line, 'red' FROM unnest(ARRAY['two words', E'with "quotes",\\nand lines', NULL]) line`,
  )
  assert.deepEqual(await importedBy3(archive), [
    { body: '', words: 1 },
    { body: 'two words', words: 2 },
    { body: 'with "quotes",\nand lines', words: 4 },
  ])
})

test('an archive of version 2 passes through the last upgrade only', async () => {
  const archive = await exportedBy(
    notes(2, 'second'),
    `INSERT INTO second.notes VALUES (gen_random_uuid(), $1::uuid, 'one two three')`,
  )
  assert.deepEqual(await importedBy3(archive), [{ body: 'one two three', words: 3 }])
})

test('an archive of version 3 is not read by version 2', async () => {
  const archive = await exportedBy(
    notes(3, 'third'),
    `INSERT INTO third.notes VALUES (gen_random_uuid(), $1::uuid, 'later', 1)`,
  )
  await assert.rejects(
    withVersion(notes(2, 'second'), (piecework) => piecework.import({ principal, archive })),
    { code: 'archive-newer' },
  )
})

test.run()
