import { Readable } from 'node:stream'
import { createPiecework, fileArtifacts, folderFiles, memoryStore } from '@piecework/core'
import { embedded } from '@piecework/embedded'
import { checkTables } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { notebookKind } from './notebook-kind.js'
import { cover, pages } from './pages.js'
import { stickers } from './stickers.js'
import { tables } from './tables.js'

const database = await embedded()
for (const statement of tables) await database.query(statement)

const scans = folderFiles('build/notebook-scans')
const pieces = [cover, pages(scans), stickers]
await checkTables(database, pieces)
const piecework = createPiecework({
  packs: [{ name: 'notebooks', kinds: [notebookKind], pieces }],
  store: memoryStore({ database }),
  artifacts: fileArtifacts('build/notebooks'),
  runtime: inProcess(),
})
await piecework.start()

const id = 'aaaaaaaa-0000-4000-8000-000000000001'
const first = 'bbbbbbbb-0000-4000-8000-000000000001'
const scan = Readable.from([Buffer.from('bytes of a scan')])
await scans.put('rain.jpg', scan, new AbortController().signal)
for (const statement of [
  `INSERT INTO users VALUES ('ann', 'ann@example.org'), ('bob', 'bob@example.org')`,
  `INSERT INTO notebooks VALUES ('${id}', 'Diary', 'diary', 'ruled', 'ann')`,
  `INSERT INTO pages VALUES ('${first}', '${id}', 1, 'It rained.', NULL, 'bob', 'rain.jpg')`,
  `INSERT INTO pages (notebook_id, position, continues, author_id) VALUES ('${id}', 2, '${first}', 'ann')`,
  `INSERT INTO stickers (page_id, label) VALUES ('${first}', 'cloud'), ('${first}', 'boot')`,
])
  await database.query(statement)

const principal = { id: 'ann' }
const exported = await piecework.export({ resource: { kind: 'notebook', id }, principal })
const { archive } = await exported.result()
if (!archive) throw new Error('no archive')

// As in another installation, where bob is unknown.
await database.query('UPDATE pages SET author_id = NULL')
await database.query(`DELETE FROM users WHERE id = 'bob'`)
const imported = await (await piecework.import({ archive, principal })).ended()
for (const { resource, piece, counts } of imported.nodes)
  if (counts) console.log(resource?.kind, piece, counts.rows)
console.log(imported.job.outcome)
for (const { code, column, count } of imported.findings) console.log(code, column, count)
await piecework.stop()
await database.close()
