interface Book {
  readonly name: string
  readonly visible: boolean
}

interface Line {
  readonly book: string
  readonly part: string
  readonly position: number
  readonly text: string
}

/** The host's tables, where they are in memory. */
export interface LibraryTables {
  readonly books: Map<string, Book>
  lines: readonly Line[]
}

/** One statement, as SQL and as what it does in memory. All values are texts. */
export interface Statement {
  readonly sql: string
  /** Writes take effect when their transaction commits. */
  readonly writes?: true
  run(tables: LibraryTables, values: readonly string[]): readonly object[] | undefined
}

/** The host's tables, where the store keeps its own in PostgreSQL. */
export const librarySchema = [
  'DROP SCHEMA IF EXISTS library CASCADE',
  'CREATE SCHEMA library',
  'CREATE TABLE library.books (id uuid PRIMARY KEY, name text NOT NULL, visible boolean NOT NULL)',
  'CREATE TABLE library.lines (book uuid NOT NULL, part text NOT NULL, position int NOT NULL, text text NOT NULL)',
] as const

const visibleBook: Statement = {
  sql: 'SELECT name FROM library.books WHERE id = $1::uuid AND visible',
  run: ({ books }, [id = '']) => {
    const book = books.get(id)
    return book?.visible ? [{ name: book.name }] : []
  },
}

const linesOf: Statement = {
  sql: 'SELECT position::text AS position, text FROM library.lines WHERE book = $1::uuid AND part = $2 ORDER BY position',
  run: ({ lines }, [book, part]) =>
    lines
      .filter((line) => line.book === book && line.part === part)
      .sort((a, b) => a.position - b.position)
      .map(({ position, text }) => ({ position: String(position), text })),
}

const allBooks: Statement = {
  sql: 'SELECT id::text AS id, visible::text AS visible FROM library.books ORDER BY id',
  run: ({ books }) =>
    [...books]
      .map(([id, { visible }]) => ({ id, visible: String(visible) }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
}

const allLines: Statement = {
  sql: 'SELECT book::text AS book, part, position::text AS position, text FROM library.lines ORDER BY 1, 2, 3, 4',
  run: ({ lines }) =>
    lines
      .map(({ position, ...line }) => ({ ...line, position: String(position) }))
      .sort((a, b) => (rank(a) < rank(b) ? -1 : 1)),
}

const makeBook: Statement = {
  sql: 'INSERT INTO library.books VALUES ($1::uuid, $2, $3::boolean) ON CONFLICT (id) DO NOTHING',
  writes: true,
  run: ({ books }, [id = '', name = '', visible]) => {
    if (!books.has(id)) books.set(id, { name, visible: visible === 'true' })
    return undefined
  },
}

const showBook: Statement = {
  sql: 'UPDATE library.books SET visible = true WHERE id = $1::uuid',
  writes: true,
  run: ({ books }, [id = '']) => {
    const book = books.get(id)
    if (book) books.set(id, { ...book, visible: true })
    return undefined
  },
}

const removeBook: Statement = {
  sql: 'DELETE FROM library.books WHERE id = $1::uuid',
  writes: true,
  run: ({ books }, [id = '']) => {
    books.delete(id)
    return undefined
  },
}

const addLine: Statement = {
  sql: 'INSERT INTO library.lines VALUES ($1::uuid, $2, $3::int, $4)',
  writes: true,
  run: (tables, [book = '', part = '', position, text = '']) => {
    tables.lines = [...tables.lines, { book, part, position: Number(position), text }]
    return undefined
  },
}

const copyLines: Statement = {
  sql: 'INSERT INTO library.lines SELECT $2::uuid, part, position, text FROM library.lines WHERE book = $1::uuid AND part = $3',
  writes: true,
  run: (tables, [from, book = '', part]) => {
    const own = tables.lines.filter((line) => line.book === from && line.part === part)
    tables.lines = [...tables.lines, ...own.map((line) => ({ ...line, book }))]
    return undefined
  },
}

const removeLines: Statement = {
  sql: `DELETE FROM library.lines WHERE book = $1::uuid AND ($2 = '' OR part = $2)`,
  writes: true,
  run: (tables, [book, part]) => {
    tables.lines = tables.lines.filter((line) => line.book !== book || (part !== '' && line.part !== part))
    return undefined
  },
}

const editLines: Statement = {
  sql: `UPDATE library.lines SET text = part || ':' || $2 WHERE book = $1::uuid`,
  writes: true,
  run: (tables, [book, version]) => {
    tables.lines = tables.lines.map((line) =>
      line.book === book ? { ...line, text: `${line.part}:${version}` } : line,
    )
    return undefined
  },
}

const rank = ({ book, part, position, text }: Omit<Line, 'position'> & { readonly position: string }) =>
  [book, part, position, text].join('\n')

export const statements = {
  visibleBook,
  linesOf,
  allBooks,
  allLines,
  makeBook,
  showBook,
  removeBook,
  addLine,
  copyLines,
  removeLines,
  editLines,
} as const
