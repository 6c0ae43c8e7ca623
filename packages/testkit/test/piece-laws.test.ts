import { tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { type PieceLawsOptions, pieceLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { notesContent, notesPiece, projectKind, sampleNotes } from './notes.js'
import { type NotesDatabase, notesDatabase } from './notes-database.js'

const test = needsServer(suite('laws of pieces'))
let open: NotesDatabase

test.before(async () => {
  open = await notesDatabase()
})
test.after(() => open.close())

const host: Omit<PieceLawsOptions, 'piece'> = {
  kind: projectKind,
  database: () => open.db,
  sample: sampleNotes,
  content: notesContent,
}

pieceLaws(test, { ...host, piece: notesPiece })

pieceLaws(test, {
  ...host,
  piece: tablePiece({
    name: 'sample/note-rows',
    of: 'project',
    version: 1,
    tables: [
      {
        table: 'notes',
        owner: 'project_id',
        order: ['position'],
        references: { answers: 'notes' },
        secondPass: ['answers'],
      },
    ],
  }),
})

test.run()
