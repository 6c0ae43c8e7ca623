import type { Finding } from '@piecework/core/piece'

/** Something of a declaration, the database or both that is wrong or must be decided. */
export interface Problem {
  /** `error`: no job of the piece runs. */
  readonly severity: Finding['severity']
  /** Stable, for programs: `tables/row-security`. */
  readonly code: string
  readonly table?: string
  readonly column?: string
  /** What is wrong, without a full stop. */
  readonly text: string
  /** What to write, or to do. */
  readonly hint?: string
}

/** A problem as a finding of `checkTables`. */
export interface TableFinding extends Finding {
  /** Table that it is about. */
  readonly table?: string
}

export function findingOf(piece: string, { text, ...problem }: Problem): TableFinding {
  return { piece, ...problem, message: `Piece "${piece}": ${text}.` }
}

export const isError = ({ severity }: Problem): boolean => severity === 'error'
