import { stat } from 'node:fs/promises'
import { type Database, type Entries, entriesOf, type Finding, PieceworkError } from '@piecework/core'
import { findMarxanFiles } from '../folder.js'
import { legacyPieces } from '../pieces.js'
import { gridRole } from '../roles.js'
import type { Metadata } from './arguments.js'
import { type FolderFile, folderFiles } from './folder-files.js'
import type { CheckFinding, CheckReport } from './report.js'
import { validatePieces } from './validate-pieces.js'

export interface CheckOptions {
  readonly input?: string
  readonly given: Readonly<Record<string, string>>
  readonly metadata: Readonly<Record<string, Metadata>>
  readonly names: 'optional' | 'required'
  readonly database: Database
  readonly signal: AbortSignal
  /** Called for every chunk. */
  onRead(file: string, bytes: number, size: number): void
}

/** Finds the files of a Marxan project and runs all validators of the import over them. Throws where there is nothing to check. */
export async function checkFolder(folder: string, options: CheckOptions): Promise<CheckReport> {
  const { input, given, metadata, names, database, signal, onRead } = options
  await assertFolder(folder)
  const found = await findMarxanFiles(folder, input === undefined ? {} : { input })
  const files = await folderFiles(folder, found, { given, metadata, signal })
  const { findings, rows } = await validatePieces(legacyPieces(), entriesOfFiles(files, onRead), {
    options: { 'legacy/features': { names } },
    database,
    signal,
  })
  return {
    folder,
    files: files.map(({ role, path, entry }) => ({ role, path, bytes: entry.facts.size })),
    rows,
    findings: [
      ...found.findings.filter(({ code }) => !isMade(code, given)),
      ...findings.map((finding) => inFolder(finding, files)),
    ],
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

/** Whether whoever asked has made the choice themselves. */
const isMade = (code: string, given: CheckOptions['given']) =>
  code === 'legacy/grid-choice' && given[gridRole] !== undefined

/** Validators know roles, and names inside zips. People know the files in their folder, and options instead of uploads. */
function inFolder(finding: Finding, files: readonly FolderFile[]): CheckFinding {
  const { file: name = '', hint } = finding
  const file = files.find(({ role, inside }) => role === name || inside.has(name))
  return {
    ...finding,
    ...(file && { file: file.role === name ? file.path : (file.inside.get(name) ?? name), role: file.role }),
    ...(hint !== undefined && { hint: asOption(hint, finding.file) }),
  }
}

/** Whoever uploads names an attribute in the upload's metadata. */
function asOption(hint: string, role: string | undefined): string {
  const [, key] = /with the upload: \{ "([A-Za-z]+)": "…" \}/.exec(hint) ?? []
  if (key === undefined) return hint
  return `Name it: ${role === gridRole && key === 'idAttribute' ? '--id-attribute NAME' : `--metadata ${role}.${key}=NAME`}`
}
