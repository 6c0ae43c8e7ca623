import type { Finding } from '@piecework/core'
import type { FolderSearch } from '../folder-search.js'
import { gridRole } from '../roles.js'
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
  { findings, missing }: Pick<FolderSearch, 'findings' | 'missing'>,
  files: readonly FolderFile[],
): readonly CheckFinding[] {
  const named = (finding: CheckFinding): CheckFinding => {
    const role = files.find(({ path }) => path === finding.file)?.role
    return role === undefined ? finding : { ...finding, role }
  }
  return [
    ...missing.map(({ role, finding: { file, ...finding } }) =>
      named({
        ...finding,
        ...(file !== undefined && file !== role && { file }),
        hint: `Name it: --file ${role}=PATH`,
      }),
    ),
    ...findings.map((finding) => {
      const hint = answers[finding.code]
      return named(hint === undefined ? finding : { ...finding, hint })
    }),
  ]
}

const answers: Readonly<Record<string, string>> = {
  'legacy/input-choice': 'Choose: --input FILE',
  'legacy/grid-choice': `Choose: --file ${gridRole}=PATH`,
  'legacy/file-missing': 'Name it: --file bound.dat=PATH',
}

const ASKED = /Name .* with the upload: \{ "([A-Za-z]+)": "(.*?)" \}\./

/** Whoever uploads names an attribute in the upload's metadata. */
function asOption(hint: string, role: string | undefined): string {
  return hint.replace(ASKED, (_, key: string, value: string) => {
    const option =
      role === gridRole && key === 'idAttribute' ? '--id-attribute ' : `--metadata ${role}.${key}=`
    return `Name it: ${option}${value === '…' ? 'NAME' : shellWord(value)}`
  })
}

const shellWord = (text: string) => (/^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
