import { basename } from 'node:path'
import {
  type ByteRange,
  type Entries,
  type EntryFile,
  entriesOf,
  PieceworkError,
} from '@piecework/core/piece'
import type { FolderFile } from './folder-files.js'
import type { Metadata } from './read-arguments.js'
import { unreadable } from './unreadable.js'

export interface FolderEntriesOptions {
  readonly files: readonly FolderFile[]
  /** Roles of what is missing. */
  readonly missing: readonly string[]
  /** By role. */
  readonly metadata: Readonly<Record<string, Metadata>>
  /** Called for every chunk with the offset behind it. */
  onRead(file: string, bytes: number, size: number): void
}

/** The files of a folder as uploads. What is missing is empty: validators take an unreadable file as one that contradicts no other. */
export function folderEntries({ files, missing, metadata, onRead }: FolderEntriesOptions): Entries {
  return entriesOf([
    ...files.map((file) => uploadOf(file, metadata[file.role], onRead)),
    ...missing.map((path): EntryFile => ({ path, facts: { size: 0 }, async *open() {} })),
  ])
}

function uploadOf(
  { role, path, parts, isZipped, inside }: FolderFile,
  metadata: Metadata | undefined,
  onRead: FolderEntriesOptions['onRead'],
): EntryFile {
  const size = parts.reduce((sum, { facts }) => sum + facts.size, 0)
  const upload = { path: role, facts: { size, ...(metadata && { metadata }) } }
  const read = async function* ({ facts, open }: EntryFile, shown: string, range?: ByteRange) {
    let bytes = range?.start ?? 0
    try {
      for await (const chunk of open(range)) {
        bytes += chunk.length
        onRead(shown, bytes, facts.size)
        yield chunk
      }
    } catch (error) {
      throw unreadable(shown, error, role)
    }
  }
  const [file] = parts
  if (file && !isZipped) return { ...upload, open: (range) => read(file, path, range) }
  return {
    ...upload,
    looseFiles: parts.map((part) => {
      const name = basename(part.path)
      return { name, size: part.facts.size, open: () => read(part, inside.get(name) ?? name) }
    }),
    open: () => {
      throw new PieceworkError('unsupported', `${path} is read file by file, not as a zip`)
    },
  }
}
