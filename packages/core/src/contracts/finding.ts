/** One error or warning about what a job reads or carries. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  /** Stable, for programs: `pack/what-is-wrong`. */
  readonly code: string
  /** Name of the piece that found it. */
  readonly piece: string
  /** Entry or uploaded file. */
  readonly file?: string
  /** Line of the file as it was given, from 1. */
  readonly line?: number
  readonly column?: string
  /** One sentence for people. */
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
  /**
   * How many of this kind there are in this file, when more than the ones listed. Of one that stands alone in its file: of how many
   * rows, or whatever it speaks of.
   */
  readonly count?: number
}
