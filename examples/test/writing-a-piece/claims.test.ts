import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Database,
  folderFiles,
  isPieceworkError,
  memoryArtifacts,
  type Piecework,
} from '@piecework/core'
import { csvLine, type FileStore, type Piece } from '@piecework/core/piece'
import { checkTables, fromPg, tablePiece } from '@piecework/postgres'
import { needsServer, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { cover, pages } from '../../src/writing-a-piece/pages.js'
import { stickers } from '../../src/writing-a-piece/stickers.js'
import { tables } from '../../src/writing-a-piece/tables.js'
import { stickersVersion2 } from '../../src/writing-a-piece/upgrade.js'
import { notebookHost } from './host.js'
import { sampleNotebook, stickersContent } from './sample.js'

const test = needsServer(suite('what docs/writing-a-piece.md says'))
const artifacts = memoryArtifacts()
const principal = { id: 'ann' }
let scratch: Awaited<ReturnType<typeof scratchDatabase>>
let pool: pg.Pool
let db: Database
let notebooks: Piecework
let folder: string
let scans: FileStore

test.before(async () => {
  scratch = await scratchDatabase()
  pool = new pg.Pool({ connectionString: scratch.url })
  await pool.query(tables.join(';'))
  db = fromPg(pool)
  folder = await mkdtemp(join(tmpdir(), 'piecework-scans-'))
  scans = folderFiles(folder)
  notebooks = await notebookHost(db, artifacts, [cover, pages(scans), stickers])
})
test.after(async () => {
  await notebooks.stop()
  await pool.end()
  await scratch.drop()
  await rm(folder, { recursive: true })
})

/** All but that the slug of the source, which is here, gets a suffix. */
const told = <F extends { readonly code: string }>(findings: readonly F[]): readonly F[] => {
  const others = findings.filter(({ code }) => code !== 'table/unique-taken')
  assert.equal(others.length, findings.length - 1)
  return others
}

const countOf = async (table: string): Promise<unknown> => (await db.query(`SELECT FROM ${table}`)).rowCount

async function archiveOf(from: Piecework, id: string, without: readonly string[] = []) {
  const job = await from.export({ resource: { kind: 'notebook', id }, principal, without })
  const { archive } = await job.result()
  if (!archive) throw new Error('no archive')
  return archive
}

test('a table piece would carry the rows that have numbers for keys, as the page says', async () => {
  const piece = tablePiece({
    name: 'notebook/stickers',
    of: 'notebook',
    version: 1,
    after: ['notebook/pages'],
    tables: [
      {
        table: 'stickers',
        owner: 'page_id.notebook_id',
        order: ['label'],
        references: { page_id: 'pages' },
      },
    ],
  })
  await checkTables(db, [cover, pages(scans), piece])
  const page = await readFile(new URL('../../../../docs/writing-a-piece.md', import.meta.url), 'utf8')
  assert.ok(page.includes('A table piece would carry the stickers, too'))
})

test('a foreign key that is not declared is refused by name', async () => {
  const piece = tablePiece({
    name: 'notebook/pages',
    of: 'notebook',
    version: 1,
    tables: [{ table: 'pages', owner: 'notebook_id', order: ['position'] }],
  })
  await assert.rejects(checkTables(db, [piece]), /"continues" of table "pages"/)
})

test('a name that is given to the import wins over the one in the archive', async () => {
  const { resource } = await sampleNotebook(db, scans)
  const archive = await archiveOf(notebooks, resource.id)
  const job = await notebooks.import({ archive, principal, name: 'Given' })
  const { resource: made } = await job.result()
  const { rows } = await db.query('SELECT name, paper, ready FROM notebooks WHERE id = $1', [made?.id])
  assert.deepEqual(rows, [{ name: 'Given', paper: '', ready: true }])
})

test('a page that continues one of another notebook becomes NULL, with a warning', async () => {
  const { resource } = await sampleNotebook(db, scans)
  const { resource: other } = await sampleNotebook(db, scans)
  await db.query(
    `UPDATE pages SET continues = (SELECT id FROM pages WHERE notebook_id = $2 AND position = 0)
     WHERE notebook_id = $1 AND position = 3`,
    [resource.id, other.id],
  )
  const report = await (
    await notebooks.import({ archive: await archiveOf(notebooks, resource.id), principal })
  ).ended()
  assert.equal(report.job.outcome, 'succeeded')
  assert.deepEqual(
    told(report.findings).map(({ severity, code, column, count }) => ({ severity, code, column, count })),
    [{ severity: 'warning', code: 'table/reference-dangling', column: 'continues', count: 1 }],
  )
})

test('stickers whose pages are not there are left out, with a warning; the counts add up', async () => {
  const { resource } = await sampleNotebook(db, scans)
  const archive = await archiveOf(notebooks, resource.id, ['notebook/pages'])
  const report = await (await notebooks.import({ archive, principal })).ended()
  assert.equal(report.job.outcome, 'succeeded')
  assert.deepEqual(report.counts, { rows: 1, skipped: 18 })
  assert.deepEqual(
    told(report.findings).map(({ code, count }) => ({ code, count })),
    [{ code: 'notebook/page-missing', count: 18 }],
  )
})

test('what a validator refuses is not imported at all', async () => {
  const { resource } = await sampleNotebook(db, scans)
  await db.query(
    `UPDATE stickers SET label = '' WHERE page_id IN (SELECT id FROM pages WHERE notebook_id = $1)`,
    [resource.id],
  )
  const archive = await archiveOf(notebooks, resource.id)
  const before = await countOf('notebooks')
  const { job, findings } = await (await notebooks.import({ archive, principal })).ended()
  assert.equal(job.outcome, 'failed')
  assert.equal(job.error?.code, 'validation-failed')
  assert.deepEqual(
    findings.map(({ code, count }) => ({ code, count })),
    [{ code: 'notebook/label-missing', count: 18 }],
  )
  assert.equal(await countOf('notebooks'), before)
})

/** What wrote `text` where version 2 has `label`. */
const stickersVersion1: Piece = {
  ...stickers,
  exporter: {
    export: async ({ tx, resource, write }) => {
      const { rows } = await tx.query<{ page: string; label: string }>(
        `SELECT page_id::text AS page, label FROM stickers
         WHERE page_id IN (SELECT id FROM pages WHERE notebook_id = $1)`,
        [resource.id],
      )
      const csv = async function* () {
        yield Buffer.from('page_id,text\n')
        for (const { page, label } of rows) yield Buffer.from(csvLine([page, label]))
      }
      await write('stickers.csv', csv(), () => rows.length)
      return { rows: rows.length }
    },
  },
}

test('archives of an older version are upgraded; those of a newer one are refused', async () => {
  const { resource } = await sampleNotebook(db, scans)
  const older = await notebookHost(db, artifacts, [cover, pages(scans), stickersVersion1])
  const newer = await notebookHost(db, artifacts, [cover, pages(scans), stickersVersion2])
  try {
    const old = await archiveOf(older, resource.id)
    const { resource: made } = await (await newer.import({ archive: old, principal })).result()
    const labels = async (id: string | undefined) =>
      ((await stickersContent({ kind: 'notebook', id: id ?? '' }, db)) as { label: string }[]).map(
        ({ label }) => label,
      )
    assert.deepEqual(await labels(made?.id), await labels(resource.id))
    const archive = await archiveOf(newer, resource.id)
    const refused = async () => (await older.import({ archive, principal })).result()
    await assert.rejects(refused, (error) => isPieceworkError(error, 'archive-newer'))
  } finally {
    await older.stop()
    await newer.stop()
  }
})

test('a column that an archive lacks takes its default', async () => {
  const { resource } = await sampleNotebook(db, scans)
  const archive = await archiveOf(notebooks, resource.id)
  await db.query('ALTER TABLE pages ADD COLUMN mood text NOT NULL DEFAULT $$calm$$')
  const { resource: made } = await (await notebooks.import({ archive, principal })).result()
  const { rows } = await db.query('SELECT DISTINCT mood FROM pages WHERE notebook_id = $1', [made?.id])
  assert.deepEqual(rows, [{ mood: 'calm' }])
})

test.run()
