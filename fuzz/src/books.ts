import { createPiecework, memoryArtifacts, type ResourceKind } from '@piecework/core'
import { entryPath } from '@piecework/core/archive'
import type { Piece } from '@piecework/core/piece'
import { inProcess } from '@piecework/runtime-inprocess'
import type { Closers } from './closers.js'
import { csvRowsOf } from './csv-rows-of.js'
import { filesOf, keysBut } from './files-of.js'
import type { Mutant } from './mutants.js'
import { principal, type Subject } from './subject.js'

interface Book {
  name: string
  readonly parent: string | undefined
  ready: boolean
  rows: readonly unknown[]
}

/** What an import does wrong, for the tests of what is checked after it. */
export interface Flaw {
  /** What becomes of the rows of a book. */
  readonly rows?: (rows: readonly unknown[]) => readonly unknown[]
  /** Nothing that was made is removed. */
  readonly leaves?: true
}

/** Books with chapters, in the memory of this process; their piece is written by hand: a table and a document. */
export async function booksSubject(closers: Closers, flaw: Flaw = {}): Promise<Subject> {
  const books = new Map<string, Book>()
  fill(books)
  const known = new Set(books.keys())
  const artifacts = memoryArtifacts()
  const piecework = createPiecework({
    packs: [
      {
        name: 'books',
        kinds: [kind(books, 'book', flaw), kind(books, 'chapter', flaw)],
        pieces: ['book', 'chapter'].map((of) => notes(books, of, flaw)),
      },
    ],
    artifacts,
    runtime: inProcess(),
    maxAttempts: 1,
    backoffMs: 0,
  })
  await piecework.start()
  closers.add(() => piecework.stop())
  const job = await piecework.export({ resource: { kind: 'book', id: 'b1' }, principal })
  const { archive } = await job.result()
  if (!archive) throw new Error('Nothing was exported.')
  const files = await filesOf(artifacts, archive.artifact)
  return {
    piecework,
    files,
    differences: async (mutant) => {
      const made = [...books].filter(([id]) => !known.has(id))
      const found = made.map(([, book]) => JSON.stringify([book.name, book.rows])).sort()
      for (const [id] of made) books.delete(id)
      const hidden = made.filter(([, { ready }]) => !ready)
      const wanted = contentOf(mutant)
      return [
        ...hidden.map(([id]) => `${id} is hidden`),
        ...(found.join('\n') === wanted.join('\n')
          ? []
          : [`made ${found.join(' ').slice(0, 500)} of ${wanted.join(' ').slice(0, 500)}`]),
      ]
    },
    leftovers: async () => {
      const left = [...books.keys()].filter((id) => !known.has(id))
      for (const id of left) books.delete(id)
      return [...left, ...(await keysBut(artifacts, archive.artifact))]
    },
  }
}

function fill(books: Map<string, Book>): void {
  const rows = [
    { id: 'n1', text: 'one, "two"\nthree', n: '1' },
    { id: 'n2', text: '', n: null },
    { id: 'n3', text: 'ünï', n: '3' },
  ]
  books.set('b1', { name: 'Book', parent: undefined, ready: true, rows })
  for (const id of ['c1', 'c2']) {
    const own = Array.from({ length: 10 }, (_, at) => ({
      id: `${id}-${at}`,
      text: 'x'.repeat(at * 7),
      n: String(at),
    }))
    books.set(id, { name: `Chapter ${id}`, parent: 'b1', ready: true, rows: own })
  }
}

function kind(books: Map<string, Book>, name: string, { leaves }: Flaw): ResourceKind {
  return {
    kind: name,
    table: 'books',
    key: 'nanoid',
    ...(name === 'chapter' && { parent: 'book' }),
    parentOf: async ({ id }) => {
      const parent = books.get(id)?.parent
      return parent === undefined ? undefined : { kind: 'book', id: parent }
    },
    listUnder: async ({ id }) =>
      [...books].flatMap(([own, { parent }]) => (parent === id ? [{ kind: name, id: own }] : [])),
    describe: async ({ id }) => {
      const book = books.get(id)
      return book?.ready ? { name: book.name } : undefined
    },
    shell: {
      create: async ({ ref, parent }) =>
        void books.set(ref.id, { name: '', parent: parent?.id, ready: false, rows: [] }),
      ready: async ({ id }) => {
        const book = books.get(id)
        if (book) book.ready = true
      },
      remove: async ({ id }) => {
        if (!leaves) books.delete(id)
      },
    },
  }
}

const columns = ['id', 'text', 'n']
const named = {
  parse: (value: unknown): { name: string } => {
    const { name } = (value ?? {}) as { name?: unknown }
    if (typeof name !== 'string') throw new Error('it has no name')
    return { name }
  },
}

function notes(books: Map<string, Book>, of: string, { rows: changed = (rows) => rows }: Flaw): Piece {
  const field = (value: unknown) => (value === null ? '' : `"${String(value).replaceAll('"', '""')}"`)
  return {
    contract: 1,
    name: `${of}/notes`,
    of,
    version: 1,
    exporter: {
      export: async ({ resource, write }) => {
        const { name = '', rows = [] } = books.get(resource.id) ?? {}
        const lines = (rows as Record<string, unknown>[]).map(
          (row) => `${columns.map((one) => field(row[one])).join(',')}\n`,
        )
        await write('notes.csv', Buffer.from(`${columns.join(',')}\n${lines.join('')}`), () => rows.length)
        await write('meta.json', Buffer.from(JSON.stringify({ name, tags: ['a', { b: [1, null] }] })))
        return { rows: rows.length }
      },
    },
    importer: {
      import: async ({ entries, resource }) => {
        const book = books.get(resource.id)
        if (!book) throw new Error('There is no such book.')
        const rows: unknown[] = []
        for await (const batch of entries.rows('notes.csv')) rows.push(...batch.map((row) => ({ ...row })))
        book.name = (await entries.json('meta.json', named)).name
        book.rows = changed(rows)
        return { rows: rows.length }
      },
    },
  }
}

/** What the files of the mutant hold, read by other code than an import's. */
function contentOf({ files }: Mutant): readonly string[] {
  const manifest = JSON.parse(String(files.find(({ path }) => path.endsWith('manifest.json'))?.bytes))
  const bytesAt = (path: string) =>
    files.find((file) => file.path === path || file.path.endsWith(`/${path}`))?.bytes
  const found: string[] = []
  for (const { resource, name, exportOnly } of manifest.pieces) {
    if (exportOnly) continue
    const at = (path: string) => String(bytesAt(entryPath(manifest.tree, { resource, name }, path)))
    found.push(JSON.stringify([JSON.parse(at('meta.json')).name, csvRowsOf(at('notes.csv'))]))
  }
  // A resource without a piece is made empty.
  const withPieces = new Set(manifest.pieces.map(({ resource }: { resource: { id: string } }) => resource.id))
  for (const id of idsIn(manifest.tree)) if (!withPieces.has(id)) found.push(JSON.stringify(['', []]))
  return found.sort()
}

const idsIn = ({ id, children }: { id: string; children: never[] }): string[] => [
  id,
  ...children.flatMap(idsIn),
]
