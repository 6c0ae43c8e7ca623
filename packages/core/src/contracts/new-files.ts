/**
 * For files that an import or a clone puts into a store of the host's beside the rows that it commits. What is announced
 * is removed by `Piece.files` when the attempt, or the job, fails.
 */
export interface NewFiles {
  /** A uuid for the file with this old key: of this attempt alone, so that no other puts anything under it. */
  nameOf(oldKey: string): string
  /**
   * Texts by which `Piece.files` finds the files. Wait for it before the first byte is put: it commits at once, so that
   * they are removed even if the process is killed. Throws `lease-lost`. A thousand or so at once.
   */
  announce(files: readonly string[]): Promise<void>
  /** No row names these after all: they go when the job ends. */
  withdraw(files: readonly string[]): Promise<void>
}

/** Removes files that attempts of a piece have put, or were about to. */
export interface PieceFiles {
  /** Those that are not there are no error. */
  remove(files: readonly string[], signal: AbortSignal): Promise<void>
}
