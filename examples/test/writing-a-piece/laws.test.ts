import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folderFiles } from '@piecework/core'
import { embedded } from '@piecework/embedded'
import { assertSchemaCovered, checkTables } from '@piecework/postgres'
import { pieceLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { notebookKind } from '../../src/writing-a-piece/notebook-kind.js'
import { cover, pages } from '../../src/writing-a-piece/pages.js'
import { stickers } from '../../src/writing-a-piece/stickers.js'
import { tables } from '../../src/writing-a-piece/tables.js'
import { coverContent, pagesContent, sampleNotebook, stickersContent } from './sample.js'

const test = suite('notebooks')
const database = await embedded()
for (const statement of tables) await database.query(statement)
const folder = await mkdtemp(join(tmpdir(), 'scans-'))
const scans = folderFiles(folder)
test.after(async () => {
  await database.close()
  await rm(folder, { recursive: true })
})
const rows = pages(scans)

test('the check has nothing to say, and every column is decided', async () => {
  assert.deepEqual(await checkTables(database, [cover, rows, stickers]), [])
  const ignored = ['stickers', 'notebooks.owner_id', 'notebooks.ready']
  await assertSchemaCovered(database, [cover, rows], { schema: 'public', root: 'notebooks', ignored })
})

const host = {
  kind: notebookKind,
  database: () => database,
  sample: () => sampleNotebook(database, scans),
  principal: { id: 'ann' },
}
pieceLaws(test, { ...host, piece: cover, content: coverContent })
pieceLaws(test, {
  ...host,
  piece: rows,
  content: pagesContent(scans),
  fileKeys: () => readdir(folder, { recursive: true }),
})
pieceLaws(test, { ...host, piece: stickers, content: stickersContent, before: [rows] })
test.run()
