import type { Finding } from '@piecework/core/piece'

interface ProblemText {
  /** `error`: no job of the piece runs. */
  readonly severity: Finding['severity']
  readonly table?: string
  readonly column?: string
  /** What is wrong, without a full stop. */
  readonly text: string
}

/** Where ids stand inside the documents of a column: what `json` declares. */
export interface IdsInside {
  readonly path: string
  readonly table: string
}

/** Something of the database, or of the declaration for it, that must be decided or known. */
interface CatalogueProblem extends ProblemText {
  /** Stable, for programs: `tables/row-security`. */
  readonly code: string
  /** What to write, or to do. */
  readonly hint: string
  readonly ids?: IdsInside
}

/** Something that is wrong in the declaration itself. */
interface DeclarationProblem extends ProblemText {
  readonly code: 'tables/declaration'
  /** What to write, where the text does not say it. */
  readonly hint?: string
}

export type Problem = CatalogueProblem | DeclarationProblem

/** A problem as a finding of `checkTables`. */
export interface TableFinding extends Finding {
  /** Table that it is about. */
  readonly table?: string
  /** The same as the hint, for programs. */
  readonly ids?: IdsInside
}

export function findingOf(piece: string, { text, ...problem }: Problem): TableFinding {
  return { piece, ...problem, message: `Piece "${piece}": ${text}.` }
}

export const isError = ({ severity }: Problem): boolean => severity === 'error'

export const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ')
