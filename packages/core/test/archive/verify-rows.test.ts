import assert from 'node:assert/strict'
import { openArchive } from '@piecework/core/archive'
import { suite } from 'uvu'
import { manifestOf, zipBytes } from './zip-bytes.js'

const test = suite('rows of an archive')

/** What `verify` says of an archive of one entry whose manifest states these rows. */
async function verdictOf(path: string, content: string, rows?: number): Promise<string | undefined> {
  const manifest = manifestOf({ [path]: content })
  const json = JSON.parse(String(manifest.bytes)) as { pieces: { entries: { rows?: number }[] }[] }
  for (const entry of json.pieces[0]?.entries ?? []) if (rows !== undefined) entry.rows = rows
  const bytes = zipBytes({
    entries: [
      { ...manifest, bytes: JSON.stringify(json) },
      { path: `project/x/${path}`, bytes: content },
    ],
  })
  const archive = await openArchive({
    size: bytes.length,
    read: async function* ({ start, end }) {
      yield bytes.subarray(start, end)
    },
  })
  for await (const { error } of archive.verify()) return error?.code
  throw new Error('nothing was verified')
}

test('honest counts: verify counts the rows of tables', async () => {
  const table = 'id,name\n1,"two\nlines"\n2,""\n'
  assert.equal(await verdictOf('a.csv', table, 2), undefined)
  for (const rows of [0, 1, 3]) assert.equal(await verdictOf('a.csv', table, rows), 'counts-differ')
  assert.equal(await verdictOf('a.csv', 'id\n', 0), undefined)
  assert.equal(await verdictOf('a.csv', 'id\n1,2\n', 1), 'archive-invalid')
})

test('what is not a table, or states no rows, is not counted', async () => {
  assert.equal(await verdictOf('a.csv', 'no "table'), undefined)
  assert.equal(await verdictOf('a.bin', 'no "table', 7), undefined)
})

test.run()
