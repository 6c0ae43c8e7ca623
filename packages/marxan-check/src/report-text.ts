import type { Paint } from './paint.js'
import { printable } from './printable.js'
import {
  type CheckFinding,
  type CheckReport,
  findingKinds,
  firstStepOf,
  shapefileRoles,
  tally,
} from './report.js'

/** For people: findings by file, the first `limit` of each kind, then what was read and found. */
export function reportText(report: CheckReport, limit: number, paint: Paint): string {
  const byFile = new Map<string, CheckFinding[]>()
  for (const { file } of [...report.files.map(({ path }) => ({ file: path })), ...report.findings])
    byFile.set(file ?? report.folder, [])
  for (const finding of report.findings) byFile.get(finding.file ?? report.folder)?.push(finding)
  const files = [...byFile].filter(([, findings]) => findings.length > 0)
  const blocks = files.map(([file, findings]) => fileText(file, inOrder(findings, limit), paint))
  return [...blocks, summaryText(report, limit, paint)].join('\n\n')
}

/** One finding that is shown, and what follows the last one of its kind. */
interface Shown {
  readonly finding: CheckFinding
  readonly more?: { readonly code: string; readonly unlisted: number; readonly count: number }
}

/** Errors first, then in the order of lines, what is about the whole file before them. */
function inOrder(findings: readonly CheckFinding[], limit: number): readonly Shown[] {
  return findingKinds(findings)
    .flatMap(({ code, listed, count }): Shown[] => {
      const shown = shownOf(listed, limit)
      const unlisted = count - shown.length
      return shown.map((finding, at) =>
        unlisted > 0 && at === shown.length - 1 ? { finding, more: { code, unlisted, count } } : { finding },
      )
    })
    .sort(
      ({ finding: a }, { finding: b }) =>
        a.severity.localeCompare(b.severity) || (a.line ?? 0) - (b.line ?? 0),
    )
}

/** The first ones, those among them that are the first of their column. */
function shownOf(listed: readonly CheckFinding[], limit: number): readonly CheckFinding[] {
  const columns = new Map([...listed].reverse().map((finding) => [finding.column, finding]))
  const firsts = [...columns.values()].reverse()
  const shown = new Set([...new Set([...firsts, ...listed])].slice(0, limit))
  return listed.filter((finding) => shown.has(finding))
}

function fileText(file: string, shown: readonly Shown[], paint: Paint): string {
  const width = Math.max(...shown.map(({ finding }) => placeOf(finding).length))
  const role = shown.find(({ finding }) => finding.role !== undefined)?.finding.role
  const title = role === undefined || file.endsWith(role) ? file : `${file} (${role})`
  const lines = shown.flatMap((one, at) => findingLines(one, shown[at + 1], width, paint))
  return [paint('bold', printable(title)), ...lines].join('\n')
}

function findingLines(
  { finding, more }: Shown,
  next: Shown | undefined,
  width: number,
  paint: Paint,
): readonly string[] {
  const { severity, code, message, hint } = finding
  const word = severity === 'error' ? paint('red', 'error  ') : paint('yellow', 'warning')
  const start = width === 0 ? '' : `${placeOf(finding).padEnd(width)}  `
  const indent = ' '.repeat(width === 0 ? 11 : width + 13)
  const further = [
    ...(hint !== undefined && hint !== next?.finding.hint ? [`hint: ${printable(hint)}`] : []),
    ...(more
      ? [`… and ${number(more.unlisted)} more like these, ${number(more.count)} in all: ${more.code}`]
      : []),
  ]
  return [
    `  ${start}${word}  ${printable(message)}  ${paint('dim', printable(code))}`,
    ...further.map((text) => `${indent}${paint('dim', text)}`),
  ]
}

function placeOf({ role, line, column }: CheckFinding): string {
  const unit = role !== undefined && shapefileRoles.includes(role) ? 'record' : 'line'
  const parts = [
    ...(line === undefined ? [] : [`${unit} ${line}`]),
    ...(column === undefined ? [] : [column]),
  ]
  return printable(parts.join(', '))
}

function summaryText(report: CheckReport, limit: number, paint: Paint): string {
  const { files, rows, findings } = report
  const { errors, warnings } = tally(report)
  const unlisted = findingKinds(findings).reduce(
    (sum, { count, listed }) => sum + count - Math.min(limit, listed.length),
    0,
  )
  const width = Math.max(0, ...files.map(({ role }) => role.length))
  const found = files.map(({ role, path }) => `  ${role.padEnd(width)}  ${printable(path)}`)
  const counts = [
    errors > 0 ? paint('red', counted(errors, 'error')) : counted(errors, 'error'),
    warnings > 0 ? paint('yellow', counted(warnings, 'warning')) : counted(warnings, 'warning'),
    ...(unlisted > 0 ? [`${number(unlisted)} of them not listed`] : []),
  ].join(', ')
  const verdict = errors + warnings === 0 ? paint('green', counts) : counts
  return [
    paint('bold', 'Files found'),
    ...found,
    '',
    `${counted(rows, 'row')} read: ${verdict}`,
    printable(firstStepOf(report)),
  ].join('\n')
}

const number = (value: number) => value.toLocaleString('en-US')
const counted = (value: number, noun: string) => `${number(value)} ${noun}${value === 1 ? '' : 's'}`

/** What kept a folder from being checked, and what to do about it. A hint may have lines of a file to be saved. */
export function errorText({ message, hint }: NonNullable<CheckReport['error']>, paint: Paint): string {
  const said = `${paint('red', 'marxan-check:')} ${printable(message)}`
  return hint === undefined ? said : `${said}\n\n${hint.split('\n').map(printable).join('\n')}`
}
