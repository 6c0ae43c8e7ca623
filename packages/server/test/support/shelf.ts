import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pack, ResourceKind, ResourceRef } from '@piecework/core'
import { type Entries, type Format, type Piece, type UnitMap, uploadEntries } from '@piecework/core/piece'

interface Book {
  name: string
  readonly parent: string | undefined
  isVisible: boolean
  readonly lines: string[]
}

/** A host of books that hold chapters, in memory; both have lines of text. */
export class Shelf {
  readonly books = new Map<string, Book>()
  /** Where the latest sort has found its files. */
  sortedIn: string | undefined
  /** While it is set, exports, sorts, validations and imports wait for it. */
  gate: Promise<void> | undefined

  /** Meanwhile they wait, until `open` is called or it ends. */
  async gated(use: (open: () => void) => Promise<void>): Promise<void> {
    let open: () => void = () => undefined
    this.gate = new Promise((resolve) => {
      open = resolve
    })
    try {
      await use(open)
    } finally {
      open()
      this.gate = undefined
    }
  }

  add(id: string, name: string, lines: readonly string[], parent?: string): ResourceRef {
    this.books.set(id, { name, parent, isVisible: true, lines: [...lines] })
    return { kind: parent === undefined ? 'book' : 'chapter', id }
  }

  /** `noteBytes`: the largest file of notes. */
  pack({ noteBytes = 1000 }: { readonly noteBytes?: number } = {}): Pack {
    return {
      name: 'shelf',
      kinds: [this.#kind('book'), this.#kind('chapter', 'book')],
      pieces: [this.#lines('book'), this.#lines('chapter')],
      formats: [this.#notes(noteBytes)],
    }
  }

  #kind(kind: string, parent?: string): ResourceKind {
    const of = ({ id }: ResourceRef) => this.books.get(id)
    return {
      kind,
      table: `${kind}s`,
      key: 'nanoid',
      ...(parent !== undefined && { parent }),
      parentOf: async (ref) => {
        const above = of(ref)?.parent
        return above === undefined ? undefined : { kind: 'book', id: above }
      },
      listUnder: async ({ id }) =>
        [...this.books].flatMap(([own, book]) => (book.parent === id ? [{ kind, id: own }] : [])),
      describe: async (ref) => {
        const book = of(ref)
        return book?.isVisible && (book.parent !== undefined) === (parent !== undefined) ? book : undefined
      },
      unitMap: async () => noUnits,
      shell: {
        create: async ({ ref, parent: above, name }) =>
          void this.books.set(ref.id, { name: name ?? '', parent: above?.id, isVisible: false, lines: [] }),
        ready: async (ref) => {
          const book = of(ref)
          if (book) book.isVisible = true
        },
        incomplete: async () => undefined,
        remove: async ({ id }) => void this.books.delete(id),
      },
    }
  }

  #lines(of: string): Piece {
    return {
      contract: 1,
      name: `${of}/lines`,
      of,
      version: 1,
      exporter: {
        export: async ({ resource, write }) => {
          await this.gate
          const lines = this.books.get(resource.id)?.lines ?? []
          const csv = Buffer.from(['text', ...lines].map((line) => `${line}\n`).join(''))
          await write('lines.csv', csv, () => lines.length)
          return { rows: lines.length }
        },
      },
      importer: {
        import: async ({ resource, entries }) => {
          await this.gate
          let rows = 0
          for await (const batch of entries.rows('lines.csv')) {
            this.books.get(resource.id)?.lines.push(...batch.map(({ text }) => text ?? ''))
            rows += batch.length
          }
          return { rows }
        },
      },
    }
  }

  /** Lines of the file `text` become those of a book; a line `bad` is an error. */
  #notes(noteBytes: number): Format {
    const gate = () => this.gate
    const piece: Piece = {
      contract: 1,
      name: 'notes/text',
      of: 'book',
      version: 1,
      validators: [
        {
          validate: async function* ({ entries }) {
            await gate()
            for (const [at, line] of (await linesOf(entries)).entries())
              if (line === 'bad')
                yield {
                  severity: 'error',
                  code: 'notes/bad',
                  file: 'text',
                  line: at + 1,
                  message: 'It is bad.',
                  hint: 'Write something else.',
                }
          },
        },
      ],
      importer: {
        import: async ({ resource, entries }) => {
          await this.gate
          const lines = await linesOf(entries)
          this.books.get(resource.id)?.lines.push(...lines)
          return { rows: lines.length }
        },
      },
    }
    const tree = { kind: 'book', id: 'notes', children: [] }
    return {
      name: 'plain-notes',
      roles: {
        cover: { maxBytes: 10 },
        text: {
          required: true,
          maxBytes: noteBytes,
          metadata: { parse: (given) => given as Record<string, unknown> },
        },
      },
      tree,
      pieces: [piece],
      keepsShell: true,
      unsorted: {
        maxBytes: noteBytes,
        maxFiles: 10,
        // What is called text.txt is the text.
        sort: async (folder) => {
          this.sortedIn = folder
          await this.gate
          const has = (await readdir(folder)).includes('text.txt')
          return {
            uploads: has ? { text: { file: join(folder, 'text.txt') } } : {},
            files: has ? [{ role: 'text', path: 'text.txt' }] : [],
            missing: has ? [] : ['text'],
            findings: has
              ? []
              : [{ severity: 'error', code: 'notes/text', message: 'There is no text.txt.' }],
          }
        },
      },
      open: async ({ uploads, artifacts }) => {
        const entries = await uploadEntries(uploads, artifacts)
        const node = { resource: { kind: 'book', id: 'notes' }, piece: piece.name, version: 1, entries }
        return { tree, nodes: [node], findings: [], close: async () => undefined }
      },
      unitMap: async () => noUnits,
    }
  }
}

/** A map of nothing: there are routes for it. */
const noUnits: UnitMap = { of: 'page', coordinates: 'plane', columns: [], units: async function* () {} }

async function linesOf(entries: Entries): Promise<string[]> {
  let text = ''
  for await (const chunk of entries.open('text')) text += Buffer.from(chunk).toString()
  return text.split('\n').filter(Boolean)
}
