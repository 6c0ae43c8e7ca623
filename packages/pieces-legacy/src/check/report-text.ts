import { costRole, featuresRole, gridRole, protectedAreasRole } from '../roles.js'
import type { Paint } from './paint.js'
import { printable } from './printable.js'
import { type CheckFinding, type CheckReport, type FindingKind, findingKinds, tally } from './report.js'

/** Their findings count records. */
const shapefiles: readonly string[] = [gridRole, featuresRole, costRole, protectedAreasRole]

/** For people: findings by file, the first `limit` of each kind, then what was read and found. */
export function reportText(report: CheckReport, limit: number, paint: Paint): string {
  const byFile = new Map<string, CheckFinding[]>()
  for (const { file } of [...report.files.map(({ path }) => ({ file: path })), ...report.findings])
    byFile.set(file ?? report.folder, [])
  for (const finding of report.findings) byFile.get(finding.file ?? report.folder)?.push(finding)
  const files = [...byFile].filter(([, findings]) => findings.length > 0)
  const blocks = files.map(([file, findings]) => fileText(file, cutShort(findings, limit), paint))
  return [...blocks, summaryText(report, limit, paint)].join('\n\n')
}

/** Errors first. */
function cutShort(findings: readonly CheckFinding[], limit: number): readonly FindingKind[] {
  return findingKinds(findings)
    .map((kind) => ({ ...kind, listed: kind.listed.slice(0, limit) }))
    .sort((a, b) => a.severity.localeCompare(b.severity))
}

function fileText(file: string, kinds: readonly FindingKind[], paint: Paint): string {
  const findings = kinds.flatMap(({ listed }) => listed)
  const places = new Map(findings.map((finding) => [finding, placeOf(finding)]))
  const width = Math.max(...[...places.values()].map((place) => place.length))
  const role = findings.find(({ role }) => role !== undefined)?.role
  const title = role === undefined || file.endsWith(role) ? file : `${file} (${role})`
  const lines = kinds.flatMap((kind) => kindLines(kind, places, width, paint))
  return [paint('bold', printable(title)), ...lines].join('\n')
}

function kindLines(
  { severity, code, listed, count }: FindingKind,
  places: ReadonlyMap<CheckFinding, string>,
  width: number,
  paint: Paint,
): readonly string[] {
  const word = severity === 'error' ? paint('red', 'error  ') : paint('yellow', 'warning')
  const indent = ' '.repeat(width === 0 ? 11 : width + 13)
  const lines = listed.flatMap((finding, at) => {
    const place = places.get(finding) ?? ''
    const start = width === 0 ? '' : `${place.padEnd(width)}  `
    const { message, hint } = finding
    const shown = hint !== undefined && hint !== listed[at + 1]?.hint
    return [
      `  ${start}${word}  ${printable(message)}  ${paint('dim', printable(code))}`,
      ...(shown ? [`${indent}${paint('dim', `hint: ${printable(hint)}`)}`] : []),
    ]
  })
  const unlisted = count - listed.length
  return unlisted > 0
    ? [
        ...lines,
        `${indent}${paint('dim', `… and ${number(unlisted)} more like these, ${number(count)} in all`)}`,
      ]
    : lines
}

function placeOf({ role, line, column }: CheckFinding): string {
  const unit = role !== undefined && shapefiles.includes(role) ? 'record' : 'line'
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
  const told = [
    errors > 0 ? paint('red', counted(errors, 'error')) : counted(errors, 'error'),
    warnings > 0 ? paint('yellow', counted(warnings, 'warning')) : counted(warnings, 'warning'),
    ...(unlisted > 0 ? [`${number(unlisted)} of them not listed`] : []),
  ].join(', ')
  const verdict = errors + warnings === 0 ? paint('green', told) : told
  return [paint('bold', 'Files found'), ...found, '', `${counted(rows, 'row')} read: ${verdict}`].join('\n')
}

const number = (value: number) => value.toLocaleString('en-US')
const counted = (value: number, noun: string) => `${number(value)} ${noun}${value === 1 ? '' : 's'}`
