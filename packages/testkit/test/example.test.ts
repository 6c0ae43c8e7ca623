import { fromPg, tablePiece } from '@piecework/postgres'
import { needsServer, scratchDatabase } from '@piecework/test-support'
import { pieceLaws } from '@piecework/testkit'
import pg from 'pg'
import { suite } from 'uvu'
import { notesTables, projectKind, sampleNotes } from './notes.js'

const notes = tablePiece({
  name: 'my-pack/notes',
  of: 'project',
  version: 1,
  tables: [{ table: 'notes', owner: 'project_id', order: ['position'], references: { answers: 'notes' } }],
})

const test = needsServer(suite('my pack'))
const scratch = process.env.DATABASE_URL ? await scratchDatabase() : undefined
const pool = new pg.Pool({ connectionString: scratch?.url })
test.before(async () => void (await pool.query(notesTables)))
test.after(async () => {
  await pool.end()
  await scratch?.drop()
})

pieceLaws(test, {
  piece: notes,
  kind: projectKind,
  database: () => fromPg(pool),
  sample: sampleNotes,
  content: async ({ id }, db) =>
    (await db.query('SELECT * FROM notes WHERE project_id = $1 ORDER BY position', [id])).rows,
})

test.run()
