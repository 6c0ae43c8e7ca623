import { join } from 'node:path'
import type { Finding, FindingFix, NewFinding } from '@piecework/core/piece'
import { type FolderSearch, gridRole } from '@piecework/marxan-files'
import type { FolderFile } from './folder-files.js'
import type { CheckFinding } from './report.js'

/**
 * A finding of a validator in words of the command: with the path of the file in the folder instead of the role or the name inside a zip, and
 * with an option instead of metadata of an upload.
 */
export function validatorFinding({ fix, ...finding }: Finding, files: readonly FolderFile[]): CheckFinding {
  const { file: name = '' } = finding
  const file = files.find(({ role, inside }) => role === name || inside.has(name))
  const [metadata] = Object.entries(fix?.metadata ?? {})
  return {
    ...finding,
    ...(file && { file: file.role === name ? file.path : (file.inside.get(name) ?? name), role: file.role }),
    ...(fix && metadata && { hint: `Name it: ${metadataOption(fix, ...metadata)}` }),
  }
}

/** Findings of the search for files, with options that answer them. */
export function searchFindings(
  folder: string,
  { findings, missing }: Pick<FolderSearch, 'findings' | 'missing'>,
  files: readonly FolderFile[],
): readonly CheckFinding[] {
  const all = [
    // What is missing has no file of its own.
    ...missing.map(({ role, finding: { file, ...finding } }) => ({
      ...finding,
      ...(file !== undefined && file !== role && { file }),
    })),
    ...findings,
  ]
  return all.map(({ fix, ...finding }): CheckFinding => {
    const role = files.find(({ path }) => path === finding.file)?.role
    return {
      ...finding,
      ...(role !== undefined && { role }),
      ...(fix && { hint: fileOption(folder, fix, finding) }),
    }
  })
}

function metadataOption({ role }: FindingFix, key: string, value: string | null): string {
  const option = role === gridRole && key === 'idAttribute' ? '--id-attribute ' : `--metadata ${role}.${key}=`
  return `${option}${value === null ? 'NAME' : shellWord(value)}`
}

/** From where the folder's own path leads to the folder. What was chosen may be right. */
function fileOption(folder: string, { role, file }: FindingFix, { code, hint }: NewFinding): string {
  const path = file === undefined ? 'PATH' : shellWord(join(folder, file))
  const option = role === 'input.dat' ? `--input ${path}` : `--file ${role}=${path}`
  if (hint !== undefined) return `${hint.replace(/\.$/, '')}, or name it: ${option}`
  if (code !== 'legacy/file-missing') return `If another is meant, choose it: ${option}`
  return `Name it: ${option}`
}

/** What a shell takes as it stands. */
const shellWord = (text: string) => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
