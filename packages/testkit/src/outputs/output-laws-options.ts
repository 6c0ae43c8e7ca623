import type { Output } from '@piecework/core/piece'
import { check, type OptionChecks, required } from '@piecework/core/store'
import type { Patience } from '../law.js'

/** By path. What ends in `.csv` is a table with a header. */
type WrittenEntries = Readonly<Record<string, string | Uint8Array>>

/** What one part of a piece has written. */
export interface WrittenPart {
  /** Default: its place among the parts, from 0. */
  readonly range?: unknown
  /** What is no table is stored as it is. */
  readonly entries: WrittenEntries
  readonly result?: unknown
}

/** What one piece of the resource has written. */
export interface WrittenPiece {
  readonly piece: string
  /** Default 1. */
  readonly version?: number
  /** As a whole. Absent: it has written in parts. */
  readonly entries?: WrittenEntries
  readonly parts?: readonly WrittenPart[]
  /** Of the parts. Absent: there is none. */
  readonly plan?: unknown
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
  pieces: required(check.list(check.having<WrittenPiece>('a piece and what it has written', 'piece'))),
  options: check.anything,
  patienceMs: check.wait,
}
