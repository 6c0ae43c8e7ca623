import { type Archive, openArchive } from '@piecework/core/archive'
import { versionOf } from './library-content.js'
import { spellingOf } from './spelling.js'

interface ArchivedLine {
  readonly part: string
  readonly position: string
  readonly text: string
}

/** What is wrong with an archive of a book: it cannot be read, or is of no one moment. */
export async function archiveFault(bytes: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  const whole = Buffer.concat(chunks)
  const read = async function* ({ start, end }: { readonly start: number; readonly end: number }) {
    yield whole.subarray(start, end)
  }
  try {
    const archive = await openArchive({ size: whole.length, read })
    try {
      const lines = await linesOf(archive)
      if (versionOf(lines) !== undefined) return undefined
      return `exclusion: an archive is torn: ${lines.map(({ position, text }) => position + text).join(' ')}`
    } finally {
      await archive.close()
    }
  } catch (error) {
    return `what was exported can be imported: ${String(error)}`
  }
}

async function linesOf(archive: Archive): Promise<readonly ArchivedLine[]> {
  const lines: ArchivedLine[] = []
  for (const { resource, name, version } of archive.manifest.pieces) {
    const part = name.slice('library/'.length)
    const { read } = spellingOf(part, version)
    for await (const rows of archive.entries({ resource, name }).rows('lines.csv'))
      for (const row of rows) lines.push({ part, ...read(part, row) })
  }
  return lines
}
