import { createHash } from 'node:crypto'
import { csvLine, type Output } from '@piecework/core/piece'
import { partedPart, versionOf } from './library-content.js'
import { type Link, workOn } from './link.js'
import { spellingOf } from './spelling.js'

/** The parts that a page has: one that is exported whole, and one in parts. */
const partsOfPage = ['a', partedPart]

export const pageName = 'library/page'

/** Lines of two pieces in one file, behind one that says which attempt has made it: each makes other bytes. */
export function pageOutput(link: Link): Output {
  return {
    name: pageName,
    mediaType: 'text/csv',
    pieces: partsOfPage.map((part) => `library/${part}`),
    fileName: ({ name, resource }) => `${name ?? resource.id}.csv`,
    assemble: async function* ({ pieces }) {
      yield Buffer.from(csvLine(['printed', '0', link.process.random.uuid()]))
      for (const { piece, version, entries } of pieces) {
        const part = piece.slice('library/'.length)
        const { read } = spellingOf(part, version)
        await workOn(link)
        for await (const rows of entries.rows('lines.csv'))
          for (const row of rows) {
            const { position, text } = read(part, row)
            yield Buffer.from(csvLine([part, position, text]))
          }
      }
    },
  }
}

/** What is wrong with a page: other bytes than were told, or lines that are of no one moment, or not of the archive's. */
export function pageFault(
  bytes: Buffer,
  told: { readonly size: number; readonly sha256: string },
  archived: string | undefined,
): string | undefined {
  if (bytes.length !== told.size || createHash('sha256').update(bytes).digest('hex') !== told.sha256)
    return 'exactly once: an output has other bytes than its size and sha256 say'
  const [, ...lines] = bytes.toString().trimEnd().split(/\r?\n/)
  const version = versionOf(
    lines.map((line) => {
      const [part = '', position = '', text = ''] = line.split(',')
      return { part, position, text }
    }),
    partsOfPage,
  )
  if (version === undefined) return `exclusion: an output is torn: ${lines.join(' ')}`
  if (archived !== undefined && archived !== version)
    return `exclusion: an output is of ${version}, its archive of ${archived}`
  return undefined
}
