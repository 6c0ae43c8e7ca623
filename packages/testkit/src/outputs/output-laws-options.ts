import type { Output } from '@piecework/core/piece'
import { check, type OptionChecks, required } from '@piecework/core/store'
import type { Patience } from '../law.js'

/** What one piece of the resource has written. */
export interface WrittenPiece {
  readonly piece: string
  /** Default 1. */
  readonly version?: number
  /** By path. What ends in `.csv` is a table with a header. */
  readonly entries: Readonly<Record<string, string | Uint8Array>>
}

export interface OutputLawsOptions extends Patience {
  readonly output: Output<never>
  /** What the pieces that it reads have written, of every sort that they write. */
  readonly pieces: readonly WrittenPiece[]
  /** Input of the output's options. Default: none. */
  readonly options?: unknown
}

export const outputLawChecks: OptionChecks<OutputLawsOptions> = {
  output: required(check.having<Output<never>>('an output', 'name', 'mediaType', 'fileName', 'assemble')),
  pieces: required(
    check.list(check.having<WrittenPiece>('a piece and what it has written', 'piece', 'entries')),
  ),
  options: check.anything,
  patienceMs: check.wait,
}
