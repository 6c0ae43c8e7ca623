import { randomUUID } from 'node:crypto'
import type { ImportContext, Piece } from '@piecework/core/piece'
import { isPieceworkError, type Queryable, type ResourceRef } from '@piecework/core/store'
import { tablePiece } from '@piecework/postgres'
import { assertBreaks, needsServer } from '@piecework/test-support'
import { type LawTest, pieceLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { each, memoryFiles } from './memory-files.js'
import { projectKind } from './notes.js'
import { type NotesDatabase, notesDatabase } from './notes-database.js'

const test = needsServer(suite('laws of pieces with files can fail'))
const files = memoryFiles()
const { signal } = new AbortController()
let open: NotesDatabase

test.before(async () => {
  open = await notesDatabase()
  await open.db.query(`CREATE TABLE scans (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE, n int, file text)`)
})
test.after(() => open.close())

const scans = tablePiece({
  name: 'sample/scans',
  of: 'project',
  version: 1,
  tables: [{ table: 'scans', owner: 'project_id', order: ['n'], files: { file: { store: files } } }],
})

type Files = ImportContext['files']
/** Of an import and of a clone, with other files than those of the attempt. */
const filing = (changed: (files: Files) => Partial<Files>): Piece => ({
  ...scans,
  importer: {
    import: async (context) =>
      scans.importer?.import({ ...context, files: { ...context.files, ...changed(context.files) } }) ?? {
        rows: 0,
      },
  },
  cloner: {
    clone: async (context) =>
      scans.cloner?.clone({ ...context, files: { ...context.files, ...changed(context.files) } }) ?? {
        rows: 0,
      },
  },
})

/** What is done beside a copy, by an import and by a clone. */
const copying = (
  beside: (context: Pick<ImportContext, 'tx' | 'resource' | 'source'>) => Promise<void>,
): Piece => ({
  ...scans,
  importer: {
    import: async (context) => {
      const counts = await scans.importer?.import(context)
      await beside(context)
      return counts ?? { rows: 0 }
    },
  },
  cloner: {
    clone: async (context) => {
      const counts = await scans.cloner?.clone(context)
      await beside(context)
      return counts ?? { rows: 0 }
    },
  },
})

const keysOf = async (tx: Queryable, project: string): Promise<readonly string[]> =>
  (
    await tx.query<{ file: string }>('SELECT file FROM scans WHERE project_id = $1 ORDER BY n', [project])
  ).rows.map(({ file }) => file)

const shared = randomUUID()

/** What is changed, the law that must see it, and whether it is one of imports alone. */
const broken: Record<string, [law: string, piece: Piece, ways?: readonly string[]]> = {
  'does not remove what it has announced': [
    'what was announced is all that was put',
    { ...scans, files: { remove: async () => {} } },
  ],
  'does not announce all of its files': [
    'what was announced is all that was put',
    filing((own) => ({ announce: (all) => own.announce(all.slice(1)) })),
  ],
  'puts one more file beside those that it has announced': [
    'what was announced is all that was put',
    copying(() => files.put(`preview of ${randomUUID()}`, each(Buffer.from('small')), signal).then(() => {})),
  ],
  'takes the files of the source': [
    'what was announced is all that was put',
    copying(async ({ tx, source }) => {
      for (const key of await keysOf(tx, source.id)) files.files.delete(key)
    }),
  ],
  'lets copies name the files of the source': [
    'what was announced is all that was put',
    {
      ...scans,
      importer: { import: (context) => namesOnly(context) },
      cloner: { clone: (context) => namesOnly(context) },
    },
  ],
  'puts files before it announces them': [
    'nothing is put that the journal has not taken',
    filing((own) => {
      const waiting: string[] = []
      return { announce: async (all) => void waiting.push(...all), withdraw: () => own.announce(waiting) }
    }),
  ],
  'takes whatever bytes it is given': [
    'bytes that are not those of the export are refused',
    {
      ...scans,
      importer: {
        import: async (context) =>
          (await scans.importer?.import(context).catch((error: unknown) => {
            if (!isPieceworkError(error, 'archive-checksum')) throw error
          })) ?? { rows: 0 },
      },
    },
    ['import'],
  ],
  'gives all files one name': [
    'makes equal content',
    filing(() => ({ nameOf: () => shared })),
    ['an import'],
  ],
}

/** Rows whose keys are those of the source. */
async function namesOnly({ tx, resource, source }: Pick<ImportContext, 'tx' | 'resource' | 'source'>) {
  const { rowCount } = await tx.query(
    'INSERT INTO scans (project_id, n, file) SELECT $1, n, file FROM scans WHERE project_id = $2',
    [resource.id, source.id],
  )
  return { rows: rowCount }
}

const laws = (piece: Piece) => (collect: LawTest) =>
  pieceLaws(collect, {
    piece,
    kind: projectKind,
    database: () => open.db,
    sample: async (db) => {
      const id = randomUUID()
      await db.query('INSERT INTO projects VALUES ($1, $2, $3)', [id, 'Reef', 'someone'])
      for (const n of [1, 2]) {
        const key = `${id}/${n}.txt`
        await files.put(key, each(Buffer.from(`scan ${n}`)), signal)
        await db.query('INSERT INTO scans (project_id, n, file) VALUES ($1, $2, $3)', [id, n, key])
      }
      return { resource: { kind: 'project', id } }
    },
    content: async ({ id }: ResourceRef, db) =>
      (await keysOf(db, id)).map((key) => files.files.get(key)?.toString() ?? 'missing'),
    fileKeys: async () => [...files.files.keys()],
    patienceMs: 1000,
  })

for (const [what, [law, piece, ways = ['import', 'clone']]] of Object.entries(broken))
  for (const way of ways) {
    const name = `a piece that ${what}: ${way}`
    const whole = laws(scans)
    test(name, () =>
      assertBreaks(name, {
        law: titleOf(whole, [way, law]),
        broken: (collect) => laws(piece)(collect),
        whole,
      }),
    )
  }

/** The title of the one law that has all of these. */
function titleOf(of: (collect: LawTest) => void, words: readonly string[]): string {
  const titles: string[] = []
  of((title) => titles.push(title))
  const found = titles.filter((title) => words.every((word) => title.includes(word)))
  if (found.length !== 1) throw new Error(`${words.join(', ')}: ${found.length} laws`)
  return found[0] ?? ''
}

test.run()
