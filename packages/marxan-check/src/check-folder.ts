import type { Database } from '@piecework/core/piece'
import { assertFolder, gridRole, searchFolder } from '@piecework/marxan-files'
import { type GeometryChecks, legacyPieces } from '@piecework/pieces-legacy'
import { folderEntries } from './folder-entries.js'
import { folderFiles } from './folder-files.js'
import { searchFindings, validatorFinding } from './folder-findings.js'
import { givenPaths } from './given-paths.js'
import type { Metadata } from './read-arguments.js'
import type { CheckReport } from './report.js'
import { validatePieces } from './validate-pieces.js'

export interface CheckOptions {
  readonly input?: string
  readonly given: Readonly<Record<string, string>>
  readonly metadata: Readonly<Record<string, Metadata>>
  readonly names: 'optional' | 'required'
  /** False: results are left out. */
  readonly results: boolean
  readonly database: Database
  /** Absent: the database checks geometries. */
  readonly checks?: GeometryChecks
  readonly signal: AbortSignal
  /** Called for every chunk. */
  onRead(file: string, bytes: number, size: number): void
}

/** Finds the files of a Marxan project and runs all validators of the import over them. Throws if there is nothing to check. */
export async function checkFolder(folder: string, options: CheckOptions): Promise<CheckReport> {
  const { metadata, names, results, database, checks, signal, onRead } = options
  await assertFolder(folder)
  const { input, given } = await givenPaths(folder, options)
  const idAttribute = metadata[gridRole]?.idAttribute
  const found = await searchFolder(folder, {
    given,
    ...(input !== undefined && { input }),
    ...(idAttribute !== undefined && { idAttribute }),
    output: results,
  })
  const missing = found.missing.map(({ role }) => role)
  const files = await folderFiles(folder, results ? found : { ...found, output: undefined }, given)
  const entries = folderEntries({ files, missing, metadata, onRead })
  const { findings, rows } = await validatePieces(legacyPieces(checks && { checks }), entries, {
    options: { 'legacy/features': { names } },
    database,
    signal,
  })
  return {
    folder,
    files: files.map(({ role, path }) => ({ role, path, bytes: entries.facts(role)?.size ?? 0 })),
    rows,
    findings: [
      ...searchFindings(folder, found, files),
      ...findings
        .filter(({ file }) => file === undefined || !missing.includes(file))
        .map((finding) => validatorFinding(finding, files)),
    ],
  }
}
