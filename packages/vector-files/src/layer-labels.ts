import type { ZipLabels } from '@piecework/core/archive'
import { type Finding, isPieceworkError, type NewFinding, PieceworkError } from '@piecework/core/piece'

type Details = Omit<NewFinding, 'severity' | 'code' | 'file' | 'message'>
type Code = `${string}/${string}`

/** What messages call an uploaded layer, and its findings and errors. */
export interface LayerLabels extends ZipLabels {
  readonly role: string
  /** Prefix of its codes: `legacy/grid`. */
  readonly code: Code
  /** `line` is the number of a record, from 1. */
  finding(severity: Finding['severity'], problem: string, message: string, details?: Details): NewFinding
  /** All that makes it unreadable in one error, with the code and message of the first finding. */
  error(findings: readonly NewFinding[], cause?: unknown): PieceworkError
  problem(problem: string, message: string, cause?: unknown): PieceworkError
  /** Whether the error was made by `error` or `problem`. */
  isOwnError(error: unknown): error is PieceworkError
}

export interface LayerNames {
  /** Of the upload. */
  readonly role: string
  /** Piece that reports its findings. */
  readonly piece: string
  readonly code: Code
  /** Within a sentence: "the planning grid". */
  readonly what: string
}

export function layerLabels({ role, piece, code, what }: LayerNames): LayerLabels {
  const finding: LayerLabels['finding'] = (severity, problem, message, details = {}) => ({
    severity,
    code: `${code}-${problem}`,
    file: role,
    message,
    ...details,
  })
  const error: LayerLabels['error'] = (findings, cause) => {
    const [first] = findings
    if (!first) throw new TypeError(`An error about ${what} needs a finding`)
    return new PieceworkError(first.code as Code, first.message, {
      findings: findings.map((found) => ({ ...found, piece })),
      ...(cause === undefined ? {} : { cause }),
    })
  }
  return {
    role,
    code,
    what,
    subject: what.charAt(0).toUpperCase() + what.slice(1),
    finding,
    error,
    problem: (problem, message, cause) => error([finding('error', problem, message)], cause),
    isOwnError: (thrown): thrown is PieceworkError =>
      isPieceworkError(thrown) && thrown.code.startsWith(`${code}-`),
  }
}
