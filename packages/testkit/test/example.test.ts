import { embedded } from '@piecework/embedded'
import { tablePiece } from '@piecework/postgres'
import { pieceLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { notesTables, projectKind, sampleNotes } from './notes.js'

const notes = tablePiece({
  name: 'my-pack/notes',
  of: 'project',
  version: 1,
  tables: [{ table: 'notes', owner: 'project_id', order: ['position'], references: { answers: 'notes' } }],
})

const test = suite('my pack')
const database = await embedded()
for (const statement of notesTables.split(';')) await database.query(statement)
test.after(() => database.close())

pieceLaws(test, {
  piece: notes,
  kind: projectKind,
  database: () => database,
  sample: sampleNotes,
  content: async ({ id }, db) =>
    (await db.query('SELECT * FROM notes WHERE project_id = $1 ORDER BY position', [id])).rows,
})

test.run()
