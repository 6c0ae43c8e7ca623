import { type Finding, firstStep } from '@piecework/core/piece'
import { costRole, featuresRole, gridRole, protectedAreasRole, roles } from '@piecework/marxan-files'

interface CheckedFile {
  readonly role: string
  /** Below the folder. A shapefile is its .shp, results are their folder. */
  readonly path: string
  readonly bytes: number
}

/** `file` is a path below the folder. */
export interface CheckFinding extends Omit<Finding, 'piece'> {
  /** Absent: about the folder. */
  readonly piece?: string
  /** Of the file. */
  readonly role?: string
}

export interface CheckReport {
  /** As it was given. */
  readonly folder: string
  readonly files: readonly CheckedFile[]
  /** Records that the validators have read. */
  readonly rows: number
  readonly findings: readonly CheckFinding[]
  /** What kept the folder from being checked. */
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string }
}

export interface Tally {
  /** Listed or not. */
  readonly errors: number
  readonly warnings: number
  /** Of both. */
  readonly unlisted: number
}

/** Findings of one kind in one file, in the order found. */
export interface FindingKind {
  readonly severity: Finding['severity']
  readonly code: string
  readonly listed: readonly CheckFinding[]
  readonly count: number
}

export function findingKinds(findings: readonly CheckFinding[]): readonly FindingKind[] {
  const kinds = new Map<string, CheckFinding[]>()
  for (const finding of findings) {
    const { severity, code, file = '', piece = '' } = finding
    const key = [severity, code, file, piece].join('\n')
    const kind = kinds.get(key)
    if (kind) kind.push(finding)
    else kinds.set(key, [finding])
  }
  return [...kinds.values()].map((listed) => {
    const { severity, code } = listed[0] as CheckFinding
    // A single finding may stand for many rows; among others its count says that the list was cut short.
    const stated = listed.length === 1 ? 1 : Math.max(...listed.map(({ count = 0 }) => count))
    return { severity, code, listed, count: Math.max(listed.length, stated) }
  })
}

export function tally({ findings, error }: CheckReport): Tally {
  const kinds = findingKinds(findings)
  const total = (severity: Finding['severity']) =>
    kinds.reduce((sum, kind) => sum + (kind.severity === severity ? kind.count : 0), 0)
  return {
    errors: total('error') + (error ? 1 : 0),
    warnings: total('warning'),
    unlisted: kinds.reduce((sum, { count, listed }) => sum + count - listed.length, 0),
  }
}

/** 0 clean, 1 warnings only and `strict`, 2 errors. */
export function exitCodeOf(report: CheckReport, strict: boolean): 0 | 1 | 2 {
  const { errors, warnings } = tally(report)
  if (errors > 0) return 2
  return strict && warnings > 0 ? 1 : 0
}

/** Their findings count records. */
export const shapefileRoles: readonly string[] = [gridRole, featuresRole, costRole, protectedAreasRole]

/** What to do first, in one sentence. */
export function firstStepOf({ files, findings, error }: CheckReport): string {
  if (error) return firstStep([{ ...error, severity: 'error' }])
  const inOrder = Object.keys(roles).flatMap((role) => files.find((file) => file.role === role)?.path ?? [])
  return firstStep(findings, { files: inOrder, place: placeOf })
}

/** "line 3 of input/pu.dat". */
function placeOf({ role, file, line, column }: CheckFinding): string | undefined {
  if (line === undefined || file === undefined) return file
  return `${role !== undefined && shapefileRoles.includes(role) ? 'record' : 'line'} ${line}${column === undefined ? '' : ` (${column})`} of ${file}`
}

/** What `--json` prints. */
export function reportDocument(report: CheckReport, strict: boolean) {
  const { folder, files, rows, findings, error } = report
  const exitCode = exitCodeOf(report, strict)
  return {
    ok: exitCode === 0,
    exitCode,
    folder,
    files,
    rows,
    ...tally(report),
    findings,
    firstStep: firstStepOf(report),
    ...(error && { error }),
  }
}
