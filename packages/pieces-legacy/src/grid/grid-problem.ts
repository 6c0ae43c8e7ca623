import { type Finding, isPieceworkError, PieceworkError } from '@piecework/core'
import { gridRole } from '../roles.js'
import type { ZipWords } from '../zip/zip.js'

export type GridFinding = Omit<Finding, 'piece'>
export type GridCode = `legacy/grid-${string}`

/** A finding about the planning grid. `line` is the record number, from 1. */
export function gridFinding(
  severity: Finding['severity'],
  code: GridCode,
  message: string,
  more: Pick<GridFinding, 'line' | 'column' | 'hint' | 'count'> = {},
): GridFinding {
  return { severity, code, file: gridRole, message, ...more }
}

/** The grid cannot be read: all that is wrong with it, in one error that has the code and sentence of the first. */
export function gridError(
  findings: readonly [GridFinding, ...GridFinding[]],
  cause?: unknown,
): PieceworkError {
  const [first] = findings
  return new PieceworkError(first.code as GridCode, first.message, {
    findings: findings.map((finding) => ({ ...finding, piece: 'legacy/planning-grid' })),
    ...(cause === undefined ? {} : { cause }),
  })
}

export function gridProblem(code: GridCode, message: string, cause?: unknown): PieceworkError {
  return gridError([gridFinding('error', code, message)], cause)
}

export function isGridError(error: unknown): error is PieceworkError {
  return isPieceworkError(error) && error.code.startsWith('legacy/grid-')
}

export const gridZip: ZipWords = {
  what: 'the planning grid',
  problem: (problem, message, cause) => gridProblem(`legacy/grid-${problem}`, message, cause),
}
