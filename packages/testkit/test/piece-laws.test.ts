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
    partRows: 4,
    tables: [
      {
        table: 'notes',
        owner: 'project_id',
        order: ['position'],
        references: { answers: 'notes' },
      },
    ],
  }),
})

/** The same tables without a foreign key: nothing goes by itself. */
const schema = 'bare'
const bare: Omit<PieceLawsOptions, 'piece'> = {
  kind: {
    ...projectKind,
    shell: {
      create: async ({ ref }, tx) => {
        await tx.query('INSERT INTO bare.projects (id) VALUES ($1) ON CONFLICT DO NOTHING', [ref.id])
      },
      ready: async () => {},
      remove: async ({ id }, tx) => {
        await tx.query('DELETE FROM bare.projects WHERE id = $1', [id])
      },
    },
    describe: async ({ id }, db) =>
      (await db.query<{ name: string }>('SELECT name FROM bare.projects WHERE id = $1', [id])).rows[0],
  },
  database: async () => {
    await open.db.query('CREATE SCHEMA IF NOT EXISTS bare')
    await open.db.query('CREATE TABLE IF NOT EXISTS bare.projects (LIKE projects INCLUDING ALL)')
    await open.db.query('CREATE TABLE IF NOT EXISTS bare.notes (LIKE notes INCLUDING ALL)')
    return open.db
  },
  sample: async (db) => {
    const sample = await sampleNotes(db)
    await db.query('INSERT INTO bare.projects SELECT * FROM projects WHERE id = $1', [sample.resource.id])
    await db.query('INSERT INTO bare.notes SELECT * FROM notes WHERE project_id = $1', [sample.resource.id])
    return sample
  },
  content: async ({ id }, db) =>
    (await db.query('SELECT * FROM bare.notes WHERE project_id = $1 ORDER BY position', [id])).rows,
}

pieceLaws(test, {
  ...bare,
  piece: tablePiece({
    name: 'sample/bare-notes',
    of: 'project',
    version: 1,
    schema,
    tables: [
      {
        table: 'notes',
        owner: 'project_id',
        order: ['position'],
        references: { answers: 'notes' },
      },
    ],
  }),
})

test.run()
