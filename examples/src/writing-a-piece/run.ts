import { createPiecework, fileArtifacts } from '@piecework/core'
import { embedded } from '@piecework/embedded'
import { checkTables, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { notebookKind } from './notebook-kind.js'
import { cover, pages } from './pages.js'
import { stickers } from './stickers.js'
import { tables } from './tables.js'

const database = await embedded()
const store = postgresStore({ database })
await store.migrate()
for (const statement of tables.split(';')) await database.query(statement)

const pieces = [cover, pages, stickers]
await checkTables(database, pieces)
const piecework = createPiecework({
  packs: [{ name: 'notebooks', kinds: [notebookKind], pieces }],
  store,
  artifacts: fileArtifacts('build/notebooks'),
  runtime: inProcess(),
})
await piecework.start()

const id = 'aaaaaaaa-0000-4000-8000-000000000001'
const first = 'bbbbbbbb-0000-4000-8000-000000000001'
await database.query(`INSERT INTO notebooks VALUES ($1, 'Diary', 'ruled')`, [id])
await database.query('INSERT INTO pages (id, notebook_id, position, text) VALUES ($1, $2, 1, $3)', [
  first,
  id,
  'It rained.',
])
await database.query('INSERT INTO pages (notebook_id, position, continues) VALUES ($1, 2, $2)', [id, first])
await database.query(`INSERT INTO stickers (page_id, label) VALUES ($1, 'cloud'), ($1, 'boot')`, [first])

const principal = { id: 'ann' }
const exported = await piecework.export({ resource: { kind: 'notebook', id }, principal })
const { archive } = await exported.result()
if (!archive) throw new Error('no archive')
const imported = await (await piecework.import({ archive, principal })).ended()
for (const { resource, piece, counts } of imported.nodes)
  if (counts) console.log(resource?.kind, piece, counts.rows)
console.log(imported.job.outcome, imported.findings)
await piecework.stop()
await database.close()
