import {
  createPiecework,
  memoryArtifacts,
  memoryStore,
  type Pack,
  type PieceworkOptions,
  type ResourceKind,
  type ResourceRef,
} from '@piecework/core'
import type { Entries, Piece } from '@piecework/core/piece'
import type { Runtime, Store } from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'

interface Book {
  name: string
  readonly parent: string | undefined
  visible: boolean
  owner: string
  lines: string[]
}

/** A host of notebooks that hold chapters, all in this process; both kinds have lines of text. */
export class Notebooks {
  readonly books = new Map<string, Book>()

  add(id: string, name: string, lines: readonly string[], parent?: string): ResourceRef {
    this.books.set(id, { name, parent, visible: true, owner: 'ann', lines: [...lines] })
    return { kind: parent === undefined ? 'notebook' : 'chapter', id }
  }

  kind(kind: 'notebook' | 'chapter'): ResourceKind {
    const of = ({ id }: ResourceRef) => this.books.get(id)
    return {
      kind,
      table: 'books',
      key: 'nanoid',
      ...(kind === 'chapter' && { parent: 'notebook' }),
      parentOf: async (ref) => {
        const parent = of(ref)?.parent
        return parent === undefined ? undefined : { kind: 'notebook', id: parent }
      },
      listUnder: async (parent) =>
        [...this.books].flatMap(([id, book]) => (book.parent === parent.id ? [{ kind, id }] : [])),
      describe: async (ref) => {
        const book = of(ref)
        return book?.visible ? { name: book.name } : undefined
      },
      shell: {
        create: async ({ ref, parent, name, owner }) => {
          this.books.set(ref.id, { name: name ?? '', parent: parent?.id, visible: false, owner, lines: [] })
        },
        ready: async (ref) => {
          const book = of(ref)
          if (book) book.visible = true
        },
        incomplete: async () => undefined,
        remove: async ({ id }) => void this.books.delete(id),
      },
    }
  }

  /** Carries the lines of a book as one CSV entry. */
  lines(of: 'notebook' | 'chapter', more: Partial<Piece> = {}): Piece {
    return {
      contract: 1,
      name: `${of}/lines`,
      of,
      version: 1,
      exporter: {
        export: async ({ resource, write }) => {
          const lines = this.books.get(resource.id)?.lines ?? []
          await write(
            'lines.csv',
            bytes(['text', ...lines].map((line) => `${line}\n`).join('')),
            () => lines.length,
          )
          return { rows: lines.length }
        },
      },
      importer: {
        import: async ({ resource, entries }) => {
          const lines = await readLines(entries)
          this.books.get(resource.id)?.lines.push(...lines)
          return { rows: lines.length }
        },
      },
      ...more,
    }
  }

  pack(...more: readonly Piece[]): Pack {
    return {
      name: 'notebooks',
      kinds: [this.kind('notebook'), this.kind('chapter')],
      pieces: [this.lines('notebook'), this.lines('chapter', { after: ['notebook/lines'] }), ...more],
    }
  }
}

export async function* bytes(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text)
}

async function readLines(entries: Entries): Promise<string[]> {
  const lines: string[] = []
  for await (const rows of entries.rows('lines.csv')) for (const row of rows) lines.push(row.text ?? '')
  return lines
}

export interface Setup {
  readonly host: Notebooks
  readonly store: Store
  readonly artifacts: ReturnType<typeof memoryArtifacts>
  readonly runtime: Runtime
}

/** Everything in this process; start it, use it, stop it. */
export async function withPiecework<T>(
  pack: Pack | ((host: Notebooks) => Pack),
  use: (piecework: ReturnType<typeof createPiecework>, setup: Setup) => Promise<T>,
  options: Partial<PieceworkOptions> = {},
): Promise<T> {
  const host = new Notebooks()
  const parts = {
    store: memoryStore(),
    artifacts: memoryArtifacts(),
    runtime: inProcess({ concurrency: 4 }),
  }
  const packs = [typeof pack === 'function' ? pack(host) : pack]
  const piecework = createPiecework({ ...parts, packs, backoffMs: 5, ...options })
  await piecework.start()
  try {
    return await use(piecework, { host, ...parts })
  } finally {
    await piecework.stop()
  }
}

export const ann = { id: 'ann' }

export async function keys(artifacts: Setup['artifacts'], prefix: string): Promise<string[]> {
  const found: string[] = []
  for await (const key of artifacts.list(prefix)) found.push(key)
  return found
}
