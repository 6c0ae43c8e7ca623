import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pack, ResourceKind, ResourceRef } from '@piecework/core'
import { type Entries, type Format, type NewFinding, type Piece, uploadEntries } from '@piecework/core/piece'
import { squares } from './squares.js'

interface Park {
  name: string
  readonly parent: string | undefined
  isVisible: boolean
  readonly trees: string[]
}

/** Parks that hold trails, in memory; both have trees. A survey is a folder of trees.csv and, if wanted, notes.txt. */
export class Parks {
  readonly all = new Map<string, Park>()
  /** While it is set, exports and imports wait for it in their middle. */
  gate: Promise<void> | undefined
  /** Squares of the map of each park. */
  cells = 12
  /** Thrown by exports, and by imports of a survey. */
  failure: Error | undefined

  add(id: string, name: string, trees: readonly string[], parent?: string): ResourceRef {
    this.all.set(id, { name, parent, isVisible: true, trees: [...trees] })
    return { kind: parent === undefined ? 'park' : 'trail', id }
  }

  /** What runs meanwhile waits in its middle, until `use` is over. */
  async held<T>(use: () => Promise<T>): Promise<T> {
    let open: () => void = () => undefined
    this.gate = new Promise((resolve) => {
      open = resolve
    })
    try {
      return await use()
    } finally {
      this.gate = undefined
      open()
    }
  }

  pack(): Pack {
    return {
      name: 'parks',
      kinds: [this.#kind('park'), this.#kind('trail', 'park')],
      pieces: [this.#trees('park'), this.#trees('trail')],
      formats: [this.#survey(), this.#list()],
    }
  }

  #kind(kind: string, parent?: string): ResourceKind {
    const of = ({ id }: ResourceRef) => this.all.get(id)
    return {
      kind,
      table: `${kind}s`,
      key: 'nanoid',
      ...(parent !== undefined && { parent }),
      parentOf: async (ref) => {
        const above = of(ref)?.parent
        return above === undefined ? undefined : { kind: 'park', id: above }
      },
      listUnder: async ({ id }) =>
        [...this.all].flatMap(([own, park]) => (park.parent === id ? [{ kind, id: own }] : [])),
      describe: async (ref) => {
        const park = of(ref)
        return park?.isVisible && (park.parent !== undefined) === (parent !== undefined) ? park : undefined
      },
      ...(parent === undefined && { unitMap: async () => squares(this.cells) }),
      shell: {
        create: async ({ ref, parent: above, name }) =>
          void this.all.set(ref.id, { name: name ?? '', parent: above?.id, isVisible: false, trees: [] }),
        ready: async (ref) => {
          const park = of(ref)
          if (park) park.isVisible = true
        },
        incomplete: async () => undefined,
        remove: async ({ id }) => void this.all.delete(id),
      },
    }
  }

  #trees(of: string): Piece {
    return {
      contract: 1,
      name: `${of}/trees`,
      of,
      version: 1,
      exporter: {
        export: async ({ resource, write, progress }) => {
          const trees = this.all.get(resource.id)?.trees ?? []
          if (this.gate) progress(41_200, 100_000)
          await this.gate
          if (this.failure) throw this.failure
          const csv = Buffer.from(['name', ...trees].map((line) => `${line}\n`).join(''))
          await write('trees.csv', csv, () => trees.length)
          return { rows: trees.length }
        },
      },
      importer: {
        import: async ({ resource, entries }) => {
          await this.gate
          let rows = 0
          for await (const batch of entries.rows('trees.csv')) {
            this.all.get(resource.id)?.trees.push(...batch.map(({ name }) => name ?? ''))
            rows += batch.length
          }
          return { rows }
        },
      },
    }
  }

  /** A trail within a park, of a file for each role. */
  #list(): Format {
    const piece: Piece = {
      contract: 1,
      name: 'list/trees',
      of: 'trail',
      version: 1,
      importer: {
        import: async ({ resource, entries }) => {
          if (this.failure) throw this.failure
          const lines = await linesOf(entries)
          this.all.get(resource.id)?.trees.push(...lines)
          return { rows: lines.length }
        },
      },
    }
    const tree = { kind: 'trail', id: 'list', children: [] }
    return {
      name: 'trail-list',
      roles: { trees: { required: true, maxBytes: 1e6 }, picture: { maxBytes: 1e6 } },
      tree,
      pieces: [piece],
      open: async ({ uploads, artifacts }) => {
        const entries = await uploadEntries(uploads, artifacts)
        const node = { resource: { kind: 'trail', id: 'list' }, piece: piece.name, version: 1, entries }
        return { tree, nodes: [node], findings: [], close: async () => undefined }
      },
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
            yield* findingsIn(await linesOf(entries))
          },
        },
      ],
      importer: {
        import: async ({ resource, entries }) => {
          await this.gate
          if (this.failure) throw this.failure
          const lines = await linesOf(entries)
          this.all.get(resource.id)?.trees.push(...lines)
          return { rows: lines.length }
        },
      },
    }
    const tree = { kind: 'park', id: 'survey', children: [] }
    return {
      name: 'park-survey',
      roles: { notes: { maxBytes: 1e6 }, trees: { required: true, maxBytes: 1e7 } },
      tree,
      pieces: [piece],
      keepsShell: true,
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
      open: async ({ uploads, artifacts }) => {
        const entries = await uploadEntries(uploads, artifacts)
        const node = { resource: { kind: 'park', id: 'survey' }, piece: piece.name, version: 1, entries }
        return { tree, nodes: [node], findings: [], close: async () => undefined }
      },
      // A square for each tree.
      unitMap: async ({ uploads, artifacts }) =>
        squares((await linesOf(await uploadEntries(uploads, artifacts))).length),
    }
  }
}

async function linesOf(entries: Entries): Promise<readonly string[]> {
  let text = ''
  for await (const chunk of entries.open('trees')) text += Buffer.from(chunk).toString()
  return text.split('\n').filter(Boolean)
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
