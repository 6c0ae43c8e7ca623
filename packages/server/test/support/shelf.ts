import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pack } from '@piecework/core'
import type { Format, Piece, UnitMap } from '@piecework/core/piece'
import { linesOf, NestedHost, openUploads } from '@piecework/test-support/fixtures/nested-host.js'

/** A host of books that hold chapters, in memory; both have lines of text. */
export class Shelf extends NestedHost {
  /** Where the latest sort has found its files. */
  sortedIn: string | undefined

  constructor() {
    super({ kind: 'book', child: 'chapter', lines: 'lines', column: 'text' })
  }

  /** `noteBytes`: the largest file of notes. */
  pack({ noteBytes = 1000 }: { readonly noteBytes?: number } = {}): Pack {
    return {
      name: 'shelf',
      kinds: this.kinds(),
      pieces: this.pieces(),
      formats: [this.#notes(noteBytes)],
    }
  }

  protected unitMapOf() {
    return () => noUnits
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
            for (const [at, line] of (await linesOf(entries, 'text')).entries())
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
      importer: this.importLines('text'),
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
      open: openUploads(tree, piece),
      unitMap: async () => noUnits,
    }
  }
}

/** A map of nothing: there are routes for it. */
const noUnits: UnitMap = { of: 'page', coordinates: 'plane', columns: [], units: async function* () {} }
