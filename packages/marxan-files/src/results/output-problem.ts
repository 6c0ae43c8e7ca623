import type { ZipLabels } from '@piecework/core/archive'
import { isPieceworkError, PieceworkError } from '@piecework/core/piece'
import { outputRole } from '../roles.js'

export type OutputCode = `legacy/output-${string}`

/** The results as a whole cannot be read. */
export function outputProblem(
  code: OutputCode,
  message: string,
  { cause, hint }: { readonly cause?: unknown; readonly hint?: string } = {},
): PieceworkError {
  return new PieceworkError(code, message, {
    findings: [
      {
        severity: 'error',
        code,
        piece: 'legacy/results',
        file: outputRole,
        message,
        ...(hint !== undefined && { hint }),
      },
    ],
    ...(cause === undefined ? {} : { cause }),
  })
}

export function isOutputError(error: unknown): error is PieceworkError {
  return isPieceworkError(error) && error.code.startsWith('legacy/output-')
}

export const outputZip: ZipLabels = {
  what: 'the output folder',
  subject: 'The output folder',
  problem: (problem, message, cause) => outputProblem(`legacy/output-${problem}`, message, { cause }),
}
