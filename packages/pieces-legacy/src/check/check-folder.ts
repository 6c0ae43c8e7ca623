import { stat } from 'node:fs/promises'
import { type Database, type Entries, entriesOf, type Finding, PieceworkError } from '@piecework/core'
import { findMarxanFiles } from '../folder.js'
import { legacyPieces } from '../pieces.js'
import { gridRole } from '../roles.js'
import { type FolderFile, folderFiles } from './folder-files.js'
import type { CheckFinding, CheckReport } from './report.js'
import { validatePieces } from './validate-pieces.js'

export interface CheckOptions {
  readonly input?: string
  readonly idAttribute?: string
  readonly names: 'optional' | 'required'
  readonly database: Database
  readonly signal: AbortSignal
  /** Called for every chunk. */
  onRead(file: string, bytes: number, size: number): void
}

/** Finds the files of a Marxan project and runs all validators of the import over them. Throws where there is nothing to check. */
export async function checkFolder(folder: string, options: CheckOptions): Promise<CheckReport> {
  const { input, idAttribute, names, database, signal, onRead } = options
  await assertFolder(folder)
  const found = await findMarxanFiles(folder, input === undefined ? {} : { input })
  const metadata = idAttribute === undefined ? {} : { [gridRole]: { idAttribute } }
  const files = await folderFiles(folder, found, metadata, signal)
  const { findings, rows } = await validatePieces(legacyPieces(), entriesOfFiles(files, onRead), {
    options: { 'legacy/features': { names } },
    database,
    signal,
  })
  return {
    folder,
    files: files.map(({ role, path, entry }) => ({ role, path, bytes: entry.facts.size })),
    rows,
    findings: [...found.findings, ...findings.map((finding) => inFolder(finding, files))],
  }
}

async function assertFolder(folder: string): Promise<void> {
  const facts = await stat(folder).catch((cause: unknown) => {
    throw new PieceworkError('input-incomplete', `There is no folder ${folder} that can be read`, { cause })
  })
  if (!facts.isDirectory()) throw new PieceworkError('input-incomplete', `${folder} is a file, not a folder`)
}

function entriesOfFiles(files: readonly FolderFile[], onRead: CheckOptions['onRead']): Entries {
  return entriesOf(
    files.map(({ path, entry }) => ({
      ...entry,
      open: async function* (range) {
        let bytes = range?.start ?? 0
        for await (const chunk of entry.open(range)) {
          bytes += chunk.length
          onRead(path, bytes, entry.facts.size)
          yield chunk
        }
      },
    })),
  )
}

/** Validators know roles. People know the files in their folder, and options instead of uploads. */
function inFolder(finding: Finding, files: readonly FolderFile[]): CheckFinding {
  const file = files.find(({ role }) => role === finding.file)
  return {
    ...finding,
    ...(file && { file: file.path, role: file.role }),
    ...(finding.code === 'legacy/grid-id-attribute' && { hint: 'Name the attribute: --id-attribute NAME' }),
  }
}
