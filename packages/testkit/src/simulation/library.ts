import type { Pack, Piece, ResourceKind } from '@piecework/core/piece'
import { partIn, partsInOrder, rowsBefore } from './import-parts.js'
import { leavesFormats } from './leaves.js'
import { before, csvOf, partedPart, parts } from './library-content.js'
import { statements } from './library-statements.js'
import { type LineRange, rangesOf, type StoredLine, within } from './line-ranges.js'
import { type Link, workOn } from './link.js'
import { pageOutput } from './page.js'
import type { PackAge } from './simulation-plan.js'
import { spellingOf, upgradesIn, versionIn } from './spelling.js'

const { visibleBook, linesOf, makeBook, showBook, removeBook, addLine, copyLines, removeLines } = statements

/**
 * What the host carries: books of four parts, each a piece, a page of them, and formats of uploads that have a file for
 * each. Packs of another age have another version of the first piece, or none of the last, and no page.
 */
export function libraryPack(link: Link, age: PackAge): Pack {
  const known = age === 'without' ? parts.slice(0, -1) : parts
  return {
    name: 'library',
    kinds: [bookKind],
    pieces: known.map((part) => pieceOf(link, part, age)),
    formats: leavesFormats(link, known),
    outputs: age === 'without' ? [] : [pageOutput(link)],
  }
}

const bookKind: ResourceKind = {
  kind: 'book',
  table: 'library.books',
  describe: async ({ id }, db) => (await db.query<{ name: string }>(visibleBook.sql, [id])).rows[0],
  shell: {
    create: async ({ ref, name = '' }, tx) => void (await tx.query(makeBook.sql, [ref.id, name, 'false'])),
    ready: async ({ id }, tx) => void (await tx.query(showBook.sql, [id])),
    incomplete: async () => {},
    remove: async ({ id }, tx) => void (await tx.query(removeBook.sql, [id])),
  },
}

function pieceOf(link: Link, part: string, age: PackAge): Piece {
  const work = () => workOn(link)
  const version = versionIn(age, part)
  const spelling = spellingOf(part, version)
  const after = before[part]
  return {
    contract: 1,
    name: `library/${part}`,
    of: 'book',
    version,
    upgrades: upgradesIn(age, part),
    ...(after !== undefined && { after: [`library/${after}`] }),
    exporter: {
      export: async ({ resource, tx, write, part: own }) => {
        await work()
        const { rows: all } = await tx.query<StoredLine>(linesOf.sql, [resource.id, part])
        const rows = own ? all.filter(within(own.range as LineRange)) : all
        await write('lines.csv', csvOf(part, version, rows), () => rows.length)
        return { rows: rows.length }
      },
      ...(part === partedPart && {
        // One after the other.
        parts: async ({ resource, tx, number, from }) => {
          await work()
          const { rows } = await tx.query<StoredLine>(linesOf.sql, [resource.id, part])
          const all = rangesOf(rows)
          if (from !== (number === 1 ? undefined : number))
            throw new Error(`order: part ${number} is of another plan`)
          const parts = all.slice(number - 1, number).map((range) => ({ range }))
          return number < all.length ? { parts, more: number + 1 } : parts
        },
      }),
    },
    importer: {
      ...(part === partedPart && { parts: partsInOrder(work) }),
      import: async ({ resource, entries: all, tx, part: own }) => {
        const entries = own ? partIn(all, own.range as number) : all
        const { rows: there } = await tx.query<StoredLine>(linesOf.sql, [resource.id, part])
        // Not at once a violation: an attempt that has lost its lease may see what another one has written.
        if (there.length !== (own ? rowsBefore(all, own.range as number) : 0))
          throw new Error(`order: part ${own?.number} came to ${there.length} lines`)
        let count = 0
        for await (const rows of entries.rows('lines.csv')) {
          for (const row of rows) {
            const { position, text } = spelling.read(part, row)
            await work()
            await tx.query(addLine.sql, [resource.id, part, position, text])
            count += 1
          }
        }
        return { rows: count }
      },
    },
    remover: {
      remove: async ({ resources, tx }) => {
        for (const { id } of resources) await tx.query(removeLines.sql, [id, part])
      },
    },
    // Half of the pieces copy inside the database, the others by way of the artifact store.
    ...((part === 'b' || part === 'c') && {
      cloner: {
        clone: async ({ source, resource, tx }) => {
          await work()
          const { rows } = await tx.query(linesOf.sql, [source.id, part])
          await tx.query(copyLines.sql, [source.id, resource.id, part])
          return { rows: rows.length }
        },
      },
    }),
  }
}
