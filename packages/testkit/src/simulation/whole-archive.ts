import { type Archive, openArchive } from '@piecework/core/archive'
import { versionOf } from './library-content.js'
import { spellingOf } from './spelling.js'

interface ArchivedLine {
  readonly part: string
  readonly position: string
  readonly text: string
}

/** Which version of a book an archive is of, or what is wrong with it: it cannot be read, or is of no one moment. */
export async function readArchive(
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ readonly version?: string; readonly fault?: string }> {
  const whole = await readAll(bytes)
  const read = async function* ({ start, end }: { readonly start: number; readonly end: number }) {
    yield whole.subarray(start, end)
  }
  try {
    const archive = await openArchive({ size: whole.length, read })
    try {
      const lines = await linesOf(archive)
      const version = versionOf(lines)
      if (version !== undefined) return { version }
      const torn = lines.map(({ position, text }) => position + text).join(' ')
      return { fault: `exclusion: an archive is torn: ${torn}` }
    } finally {
      await archive.close()
    }
  } catch (error) {
    return { fault: `what was exported can be imported: ${String(error)}` }
  }
}

export async function readAll(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
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
