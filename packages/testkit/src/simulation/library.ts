import type { Pack, Piece, ResourceKind } from '@piecework/core/piece'
import { csvLine } from '@piecework/core/piece'
import { parts } from './library-content.js'
import { statements } from './library-statements.js'
import type { Link } from './link.js'

const { visibleBook, linesOf, makeBook, showBook, removeBook, addLine, copyLines, removeLines } = statements

/** What the host carries: books of four parts, each a piece. An old pack has no piece for the last one. */
export function libraryPack(link: Link, { isOld }: { readonly isOld: boolean }): Pack {
  const known = isOld ? parts.slice(0, -1) : parts
  return { name: 'library', kinds: [bookKind], pieces: known.map((part) => pieceOf(link, part)) }
}

const bookKind: ResourceKind = {
  kind: 'book',
  table: 'library.books',
  describe: async ({ id }, db) => (await db.query<{ name: string }>(visibleBook.sql, [id])).rows[0],
  shell: {
    create: async ({ ref, name = '' }, tx) => void (await tx.query(makeBook.sql, [ref.id, name, 'false'])),
    ready: async ({ id }, tx) => void (await tx.query(showBook.sql, [id])),
    remove: async ({ id }, tx) => void (await tx.query(removeBook.sql, [id])),
  },
}

const before: Readonly<Record<string, string>> = { b: 'a', c: 'a', d: 'b' }

function pieceOf(link: Link, part: string): Piece {
  const { process, isAtomic } = link
  const work = (): Promise<void> => (isAtomic ? process.awake() : process.sleep(process.random.below(1200)))
  const after = before[part]
  return {
    contract: 1,
    name: `library/${part}`,
    of: 'book',
    version: 1,
    ...(after !== undefined && { after: [`library/${after}`] }),
    exporter: {
      export: async ({ resource, tx, write }) => {
        await work()
        const { rows } = await tx.query<{ position: string; text: string }>(linesOf.sql, [resource.id, part])
        const lines = [['position', 'text'], ...rows.map(({ position, text }) => [position, text])]
        await write('lines.csv', Buffer.from(lines.map(csvLine).join('')), () => rows.length)
        return { rows: rows.length }
      },
    },
    importer: {
      import: async ({ resource, entries, tx }) => {
        let count = 0
        for await (const rows of entries.rows('lines.csv')) {
          for (const { position, text } of rows) {
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
