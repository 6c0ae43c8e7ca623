import assert from 'node:assert/strict'
import { jobIds } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import fc from 'fast-check'
import { suite } from 'uvu'
import { imported, newProject, rowsOf, validated, type World, world } from './support.js'

const test = needsServer(suite('table pieces: spellings of ids'))
let here: World
test.before(async () => {
  here = await world(`
    CREATE TABLE projects (id uuid PRIMARY KEY);
    CREATE TABLE notes (id uuid PRIMARY KEY, project_id uuid REFERENCES projects, up uuid REFERENCES notes, text text)`)
})
test.after(() => here.close())

const piece = tablePiece({
  name: 'project/notes',
  of: 'project',
  version: 1,
  tables: [{ table: 'notes', owner: 'project_id', order: ['id'], references: { up: 'notes' } }],
})

const spellings: readonly ((id: string) => string)[] = [
  (id) => id,
  (id) => id.replaceAll('-', ''),
  (id) => id.toUpperCase(),
  (id) => `{${id}}`,
  (id) => `"${id}"`,
  (id) => `"{${id.replaceAll('-', '').toUpperCase()}}"`,
  (id) => id.replaceAll('-', '').replace(/(....)(?!$)/g, '$1-'),
]
const spelling = fc.constantFrom(...spellings)
const note = fc.record({
  id: fc.uuid(),
  own: spelling,
  up: fc.option(fc.nat(5)),
  as: spelling,
  text: fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '-'), maxLength: 40 }),
})
type Notes = readonly {
  id: string
  own: (id: string) => string
  up: number | null
  as: (id: string) => string
  text: string
}[]

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
/** A text as it stands in the file: as short as it may be. */
const field = (text: string): string => (text === '' || /[",\n]/.test(text) ? quoted(text) : text)

/** A record is as long as an id and its comma would be: nothing may be looked for behind it. */
const short: Notes[] = spellings.flatMap((own) =>
  Array.from({ length: 8 }, (_, length) => [
    { id: '11111111-0000-4000-8000-0000000000aa', own, up: null, as: own, text: 'x'.repeat(length) || 'y' },
  ]),
)

test('new ids: whatever spelling an id has in a file, it is the id that PostgreSQL reads', async () => {
  const property = fc.asyncProperty(
    fc.uniqueArray(note, { selector: ({ id }) => id, minLength: 1, maxLength: 6 }),
    async (notes: Notes) => {
      const lines = notes.map(({ id, own, up, as, text }) => {
        const above = up === null ? undefined : notes[up]?.id
        return `${own(id)},${above === undefined ? '' : as(above)},${field(text)}\n`
      })
      const files = { 'notes.csv': { csv: `id,up,text\n${lines.join('')}`, rows: notes.length } }
      assert.deepEqual(await validated(here.db, piece, files), [])
      const into = await newProject(here.db, '00000000-0000-4000-8000-000000000000')
      const { counts } = await imported(here.db, piece, files, into)
      assert.deepEqual(counts, { rows: notes.length, skipped: 0 })
      const { idOf } = jobIds(into.jobId)
      const sql = 'SELECT id, up, text FROM notes WHERE project_id = $1'
      const rows = await rowsOf<{ id: string }>(here.db, sql, [into.resource.id])
      const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
      const wanted = notes.map(({ id, up, text }) => {
        const above = up === null ? undefined : notes[up]?.id
        return { id: idOf('notes', id), up: above === undefined ? null : idOf('notes', above), text }
      })
      assert.deepEqual([...rows].sort(byId), wanted.sort(byId))
    },
  )
  await fc.assert(property, { numRuns: 15 + short.length, examples: short.map((notes) => [[...notes]]) })
})

test.run()
