import { memoryArtifacts } from '@piecework/core'
import { assembleArchive, entryPath, type Manifest, stageEntry, writeManifest } from '@piecework/core/archive'
import { csvLine } from '@piecework/core/piece'
import type { ArtifactStore, StagedEntry } from '@piecework/core/store'

export const parts = ['a', 'b', 'c', 'd'] as const
/** Lines of each part. */
const linesPerPart = 2
/** Of the book in the archive that is imported. */
export const archivedVersion = 'archived'

/** The lines of one version of a book: an edit changes all of them, so those of two versions are torn. */
export function linesOfVersion(version: string): readonly { part: string; position: number; text: string }[] {
  return parts.flatMap((part) =>
    Array.from({ length: linesPerPart }, (_, position) => ({ part, position, text: `${part}:${version}` })),
  )
}

/** Which version these lines are, whole: each of them once, and no others. */
export function versionOf(lines: readonly { part: string; position: string; text: string }[]) {
  const version = lines[0]?.text.split(':')[1] ?? ''
  const spelled = (list: readonly { part: string; position: string | number; text: string }[]) =>
    list.map(({ part, position, text }) => `${part}${position}${text}`).join()
  return spelled(lines) === spelled(linesOfVersion(version)) ? version : undefined
}

let made: Promise<Buffer> | undefined

/** An archive of a book that another server has exported. */
export const archiveBytes = (): Promise<Buffer> => {
  made ??= makeArchive()
  return made
}

async function makeArchive(): Promise<Buffer> {
  const artifacts = memoryArtifacts()
  const tree = { kind: 'book', id: '00000000-0000-4000-8000-00000000a4c4', children: [] }
  const resource = { kind: tree.kind, id: tree.id }
  const staged = await Promise.all(
    parts.map(async (part) => ({ name: `library/${part}`, entry: await stagePart(artifacts, part) })),
  )
  const manifest: Manifest = {
    format: 'piecework-archive',
    version: 1,
    tree,
    pieces: staged.map(({ name, entry: { path, size, sha256, rows = 0 } }) => ({
      resource,
      name,
      version: 1,
      entries: [{ path, size, sha256, rows }],
    })),
  }
  const { artifact } = await assembleArchive({
    artifacts,
    key: 'archive.zip',
    manifest: writeManifest(manifest),
    about: { createdAt: new Date(0).toISOString(), author: 'another server', program: 'simulation' },
    entries: staged.map(({ name, entry }) => ({
      path: entryPath(tree, { resource, name }, entry.path),
      staged: entry,
    })),
  })
  const chunks: Uint8Array[] = []
  for await (const chunk of artifacts.open(artifact)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function stagePart(artifacts: ArtifactStore, part: string): Promise<StagedEntry> {
  const lines = linesOfVersion(archivedVersion).filter((line) => line.part === part)
  const rows = [['position', 'text'], ...lines.map(({ position, text }) => [String(position), text])]
  return stageEntry({
    artifacts,
    key: part,
    path: 'lines.csv',
    bytes: once(Buffer.from(rows.map(csvLine).join(''))),
    rows: () => lines.length,
  })
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
