import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pack } from '@piecework/core'
import { type Format, type NewFinding, type Piece, uploadEntries } from '@piecework/core/piece'
import { linesOf, NestedHost, openUploads } from '@piecework/test-support/fixtures/nested-host.js'
import { squares } from './squares.js'

/** Parks that hold trails, in memory; both have trees. A survey is a folder of trees.csv and, if wanted, notes.txt. */
export class Parks extends NestedHost {
  /** Squares of the map of each park. */
  cells = 12
  protected override readonly seen = [41_200, 100_000] as const

  constructor() {
    super({ kind: 'park', child: 'trail', lines: 'trees', column: 'name' })
  }

  pack(): Pack {
    return {
      name: 'parks',
      kinds: this.kinds(),
      pieces: this.pieces(),
      formats: [this.#survey(), this.#list()],
    }
  }

  protected unitMapOf(kind: string) {
    return kind === 'park' ? () => squares(this.cells) : undefined
  }

  /** A trail within a park, of a file for each role. */
  #list(): Format {
    const piece: Piece = {
      contract: 1,
      name: 'list/trees',
      of: 'trail',
      version: 1,
      importer: this.importLines('trees'),
    }
    const tree = { kind: 'trail', id: 'list', children: [] }
    return {
      name: 'trail-list',
      roles: { trees: { required: true, maxBytes: 1e6 }, picture: { maxBytes: 1e6 } },
      tree,
      pieces: [piece],
      open: openUploads(tree, piece),
    }
  }

  #survey(): Format {
    const gate = () => this.gate
    const piece: Piece = {
      contract: 1,
      name: 'survey/trees',
      of: 'park',
      version: 1,
      validators: [
        {
          validate: async function* ({ entries }) {
            await gate()
            yield* findingsIn(await linesOf(entries, 'trees'))
            const notes = entries.paths.includes('notes') ? await linesOf(entries, 'notes') : []
            if (notes.includes('?')) yield unreadable
          },
        },
      ],
      importer: this.importLines('trees'),
    }
    const tree = { kind: 'park', id: 'survey', children: [] }
    return {
      name: 'park-survey',
      roles: { notes: { maxBytes: 1e6 }, trees: { required: true, maxBytes: 1e7 } },
      tree,
      pieces: [piece],
      keepsShell: true,
      partial: true,
      unsorted: {
        maxBytes: 1e7,
        maxFiles: 100,
        sort: async (folder) => {
          const names = await readdir(folder)
          const roles = { trees: 'trees.csv', notes: 'notes.txt' }
          const there = Object.entries(roles).filter(([, name]) => names.includes(name))
          const has = names.includes(roles.trees)
          return {
            uploads: Object.fromEntries(there.map(([role, name]) => [role, { file: join(folder, name) }])),
            files: there.map(([role, path]) => ({ role, path })),
            missing: has ? [] : ['trees'],
            findings: has
              ? []
              : [
                  {
                    severity: 'error',
                    code: 'survey/no-trees',
                    message: 'There is no file trees.csv.',
                    hint: 'Add the file trees.csv of the survey.',
                  },
                ],
          }
        },
      },
      open: openUploads(tree, piece),
      // A square for each tree.
      unitMap: async ({ uploads, artifacts }) =>
        squares((await linesOf(await uploadEntries(uploads, artifacts), 'trees')).length),
    }
  }
}

const unreadable: NewFinding = {
  severity: 'error',
  code: 'survey/unreadable',
  file: 'notes',
  message: 'A note is "?".',
  hint: 'Write what was seen, or delete the line.',
}

/** A tree is a word; `?` and numbers are wrong, and a name in capitals is odd. */
function* findingsIn(lines: readonly string[]): Generator<NewFinding> {
  for (const [at, text] of lines.entries()) {
    const subject = { kind: 'planning-unit', key: `${at + 1}` }
    const place = { file: 'trees.csv', line: at + 1, column: 'name', value: text, subject }
    if (text === '?')
      yield {
        severity: 'error',
        code: 'survey/no-name',
        ...place,
        message: `The tree of line ${at + 1} has no name, but "?".`,
        hint: 'Write the name of the species, or delete the line.',
      }
    if (/^\d+$/.test(text))
      yield {
        severity: 'error',
        code: 'survey/number',
        ...place,
        message: `"${text}" is a number, not the name of a tree.`,
        hint: `Write a name in the place of ${text}.`,
      }
    if (/^[A-Z]{2,}$/.test(text))
      yield {
        severity: 'warning',
        code: 'survey/capitals',
        ...place,
        message: `"${text}" is written in capitals.`,
      }
  }
}
