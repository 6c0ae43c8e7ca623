import { type Entries, type Format, type Piece, uploadEntries } from '@piecework/core/piece'
import { partsOfLines } from './import-parts.js'
import { parts as allParts, before, partedPart } from './library-content.js'
import { statements } from './library-statements.js'
import { type LineRange, type StoredLine, within } from './line-ranges.js'
import { type Link, workOn } from './link.js'
import { spellingOf } from './spelling.js'

const tree = { kind: 'book', id: 'leaves', children: [] }
/** Of each upload, in bytes. */
const maxBytes = 10_000
/** Version of an upload that a validator refuses. */
export const badVersion = 'bad'

export const leafFile = (part: string, version: string): string => `${part}-${version}.csv`

/** Which version of its part a file is. */
export const versionOfLeaf = (fileName: string): string => /-(.*)\.csv$/.exec(fileName)?.[1] ?? ''

/**
 * Books as uploads, a file for each part. What fails of the one goes, of the other it stays, hidden, until it is
 * deleted.
 */
export function leavesFormats(link: Link, parts: readonly string[]): readonly Format[] {
  return [
    leaves(link, parts, { name: 'leaves' }),
    leaves(link, parts, { name: 'kept-leaves', keepsShell: true }),
  ]
}

function leaves(
  link: Link,
  parts: readonly string[],
  given: { readonly name: string; readonly keepsShell?: true },
): Format {
  const pieces = parts.map((part) => pieceOf(link, part, given.name))
  return {
    ...given,
    tree,
    roles: Object.fromEntries(allParts.map((part) => [part, { required: true, maxBytes }])),
    pieces,
    open: async ({ uploads, artifacts }) => {
      const entries = await uploadEntries(uploads, artifacts)
      return {
        tree,
        nodes: allParts.map((part) => ({
          resource: tree,
          piece: `${given.name}/${part}`,
          version: 1,
          entries,
        })),
        findings: [],
        close: async () => {},
      }
    },
  }
}

function pieceOf(link: Link, part: string, format: string): Piece {
  const after = before[part]
  const { read } = spellingOf(part, 2)
  const linesIn = async (entries: Entries): Promise<readonly StoredLine[]> => {
    const lines: StoredLine[] = []
    for await (const rows of entries.rows(part)) lines.push(...rows.map((row) => read(part, row)))
    return lines
  }
  return {
    contract: 1,
    name: `${format}/${part}`,
    of: tree.kind,
    version: 1,
    ...(after !== undefined && { after: [`${format}/${after}`] }),
    validators: [
      {
        validate: async function* ({ entries }) {
          for await (const rows of entries.rows(part))
            for (const row of rows)
              if (read(part, row).text.endsWith(badVersion))
                yield { severity: 'error', code: 'leaves/bad', message: `The file of part ${part} is bad.` }
        },
      },
    ],
    importer: {
      ...(part === partedPart && { parts: partsOfLines(() => workOn(link), linesIn) }),
      import: async ({ resource, entries, tx, part: own }) => {
        const all = await linesIn(entries)
        const lines = own ? all.filter(within(own.range as LineRange)) : all
        for (const { position, text } of lines) {
          await workOn(link)
          await tx.query(statements.addLine.sql, [resource.id, part, position, text])
        }
        return { rows: lines.length }
      },
    },
    remover: {
      remove: async ({ resources, tx }) => {
        for (const { id } of resources) await tx.query(statements.removeLines.sql, [id, part])
      },
    },
  }
}
