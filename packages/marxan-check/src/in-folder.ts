import { join } from 'node:path'
import type { Finding } from '@piecework/core/piece'
import type { FolderSearch } from '@piecework/marxan-files'
import { gridRole } from '@piecework/marxan-files'
import type { FolderFile } from './folder-files.js'
import type { CheckFinding } from './report.js'

/** Validators know roles, and names inside zips. People know the files in their folder, and options instead of uploads. */
export function inFolder(finding: Finding, files: readonly FolderFile[]): CheckFinding {
  const { file: name = '', hint } = finding
  const file = files.find(({ role, inside }) => role === name || inside.has(name))
  return {
    ...finding,
    ...(file && { file: file.role === name ? file.path : (file.inside.get(name) ?? name), role: file.role }),
    ...(hint !== undefined && { hint: asOption(hint, finding.file) }),
  }
}

/** Findings of the search with the option that answers them. */
export function inSearch(
  folder: string,
  { findings, missing }: Pick<FolderSearch, 'findings' | 'missing'>,
  files: readonly FolderFile[],
): readonly CheckFinding[] {
  const named = (finding: CheckFinding): CheckFinding => {
    const role = files.find(({ path }) => path === finding.file)?.role
    return role === undefined ? finding : { ...finding, role }
  }
  return [
    ...missing.map(({ role, finding: { file, instead, ...finding } }) =>
      named({
        ...finding,
        ...(file !== undefined && file !== role && { file }),
        hint: `Name it: --file ${role}=${argument(folder, instead)}`,
      }),
    ),
    ...findings.map(({ instead, ...finding }) => {
      const option = answers[finding.code]
      return named(
        option === undefined ? finding : { ...finding, hint: `${option}${argument(folder, instead)}` },
      )
    }),
  ]
}

const answers: Readonly<Record<string, string>> = {
  'legacy/input-choice': 'Choose: --input ',
  'legacy/grid-choice': `Choose: --file ${gridRole}=`,
  'legacy/file-missing': 'Name it: --file bound.dat=',
}

/** What a shell takes as it stands, from where the folder's own path leads to the folder. */
const argument = (folder: string, path: string | undefined) =>
  path === undefined ? 'PATH' : shellWord(join(folder, path))

const ASKED = /Name .* with the upload: \{ "([A-Za-z]+)": "(.*?)" \}\./

/** Whoever uploads names an attribute in the upload's metadata. */
function asOption(hint: string, role: string | undefined): string {
  return hint.replace(ASKED, (_, key: string, value: string) => {
    const option =
      role === gridRole && key === 'idAttribute' ? '--id-attribute ' : `--metadata ${role}.${key}=`
    return `Name it: ${option}${value === '…' ? 'NAME' : shellWord(value)}`
  })
}

const shellWord = (text: string) => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
