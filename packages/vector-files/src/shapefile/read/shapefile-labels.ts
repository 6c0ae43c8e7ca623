import type { ZipLabels } from '@piecework/core/archive'
import { type Finding, isPieceworkError, PieceworkError } from '@piecework/core/piece'

export type ShapefileFinding = Omit<Finding, 'piece'>
type More = Pick<ShapefileFinding, 'line' | 'column' | 'hint' | 'count'>

/** What one of the uploaded shapefiles is called, and what is said about it. */
export interface ShapefileLabels extends ZipLabels {
  readonly role: string
  /** Beginning of its codes: `legacy/grid`. */
  readonly code: `legacy/${string}`
  /** `line` is the record's number, from 1. */
  finding(severity: Finding['severity'], problem: string, message: string, more?: More): ShapefileFinding
  /** All that keeps it from being read, in one error that has the code and sentence of the first. */
  error(findings: readonly ShapefileFinding[], cause?: unknown): PieceworkError
  problem(problem: string, message: string, cause?: unknown): PieceworkError
}

export function shapefileLabels(given: {
  readonly role: string
  /** Piece that its findings are of. */
  readonly piece: string
  readonly code: `legacy/${string}`
  /** Inside a sentence: "the planning grid". */
  readonly what: string
}): ShapefileLabels {
  const { role, piece, code, what } = given
  const finding: ShapefileLabels['finding'] = (severity, problem, message, more = {}) => ({
    severity,
    code: `${code}-${problem}`,
    file: role,
    message,
    ...more,
  })
  const error: ShapefileLabels['error'] = (findings, cause) => {
    const [first] = findings
    if (!first) throw new TypeError(`Nothing is wrong with ${what}`)
    return new PieceworkError(first.code as `${string}/${string}`, first.message, {
      findings: findings.map((found) => ({ ...found, piece })),
      ...(cause === undefined ? {} : { cause }),
    })
  }
  const problem: ShapefileLabels['problem'] = (kind, message, cause) =>
    error([finding('error', kind, message)], cause)
  return { role, code, what, finding, error, problem }
}

/** That shapefile cannot be read. */
export const isAbout = (words: ShapefileLabels, error: unknown): error is PieceworkError =>
  isPieceworkError(error) && error.code.startsWith(`${words.code}-`)

/** "The planning grid", to begin a sentence. */
export const subjectOf = ({ what }: ShapefileLabels): string =>
  `${what.charAt(0).toUpperCase()}${what.slice(1)}`
