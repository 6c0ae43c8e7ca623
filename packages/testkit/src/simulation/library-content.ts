import { memoryArtifacts } from '@piecework/core'
import { assembleArchive, entryPath, type Manifest, stageEntry, writeManifest } from '@piecework/core/archive'
import { csvLine } from '@piecework/core/piece'
import type { ArtifactStore, StagedEntry } from '@piecework/core/store'
import { spellingOf } from './spelling.js'

export const parts = ['a', 'b', 'c', 'd'] as const
/** The part that comes before each of the others. */
export const before: Readonly<Record<string, string>> = { b: 'a', c: 'a', d: 'b' }
/** The one that is exported and imported line by line, each by a node of its own. */
export const partedPart = 'd'
/** Lines of each part. */
export const linesPerPart = 2
/** Of the book in the archive that is imported. */
export const archivedVersion = 'archived'

/** The lines of one version of a book: an edit changes all of them, so those of two versions are torn. */
export function linesOfVersion(
  version: string,
  of: readonly string[] = parts,
): readonly { part: string; position: number; text: string }[] {
  return of.flatMap((part) =>
    Array.from({ length: linesPerPart }, (_, position) => ({ part, position, text: `${part}:${version}` })),
  )
}

/** Which version these lines of some parts are, whole: each of them once, and no others. */
export function versionOf(
  lines: readonly { part: string; position: string; text: string }[],
  of: readonly string[] = parts,
): string | undefined {
  const version = lines[0]?.text.split(':')[1] ?? ''
  const spelled = (list: readonly { part: string; position: string | number; text: string }[]) =>
    list.map(({ part, position, text }) => `${part}${position}${text}`).join()
  return spelled(lines) === spelled(linesOfVersion(version, of)) ? version : undefined
}

const made = new Map<number, Promise<Buffer>>()

/** An archive of a book that another server has exported, which had this version of the part `a`. */
export const archiveBytes = (version: 1 | 2): Promise<Buffer> => {
  const archive = made.get(version) ?? makeArchive(version)
  made.set(version, archive)
  return archive
}

async function makeArchive(version: 1 | 2): Promise<Buffer> {
  const versionOfPart = (part: string): number => (part === 'a' ? version : 1)
  const artifacts = memoryArtifacts()
  const tree = { kind: 'book', id: '00000000-0000-4000-8000-00000000a4c4', children: [] }
  const resource = { kind: tree.kind, id: tree.id }
  const staged = await Promise.all(
    parts.map(async (part) => ({
      part,
      name: `library/${part}`,
      entries: await stagePart(artifacts, part, versionOfPart(part)),
    })),
  )
  const manifest: Manifest = {
    format: 'piecework-archive',
    version: 1,
    tree,
    pieces: staged.map(({ part, name, entries }) => ({
      resource,
      name,
      version: versionOfPart(part),
      ...(part === partedPart && { parts: entries.length }),
      entries: entries.map(({ path, size, sha256, rows = 0 }) => ({ path, size, sha256, rows })),
    })),
  }
  const { artifact } = await assembleArchive({
    artifacts,
    key: 'archive.zip',
    manifest: writeManifest(manifest),
    about: { createdAt: new Date(0).toISOString(), author: 'another server', program: 'simulation' },
    entries: staged.flatMap(({ name, entries }) =>
      entries.map((entry) => ({ path: entryPath(tree, { resource, name }, entry.path), staged: entry })),
    ),
  })
  const chunks: Uint8Array[] = []
  for await (const chunk of artifacts.open(artifact)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function stagePart(artifacts: ArtifactStore, part: string, version: number): Promise<readonly StagedEntry[]> {
  const all = linesOfVersion(archivedVersion).filter((line) => line.part === part)
  const files = part === partedPart ? all.map((line) => [line]) : [all]
  return Promise.all(
    files.map((lines, at) =>
      stageEntry({
        artifacts,
        key: `${part}/${at}`,
        path: part === partedPart ? `lines/00000${at + 1}.csv` : 'lines.csv',
        bytes: once(csvOf(part, version, lines)),
        rows: () => lines.length,
      }),
    ),
  )
}

/** The file of one part. */
export function csvOf(
  part: string,
  version: number,
  lines: readonly { readonly position: string | number; readonly text: string }[],
): Buffer {
  const { columns, spell } = spellingOf(part, version)
  const rows = lines.map(({ position, text }) => [String(position), spell(part, text)])
  return Buffer.from([columns, ...rows].map(csvLine).join(''))
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
