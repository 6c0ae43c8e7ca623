import type { Lease } from './attempts.js'

/** A file that a piece puts into a store of the host's, by the text that the piece knows it by. */
export interface PutFile {
  readonly id: string
  readonly piece: string
  readonly file: string
}

/**
 * The journal of files that attempts put beside their rows. What is announced is the job's to remove, until the attempt
 * has committed.
 */
export interface PutFiles {
  /** Why no job can announce files here, as a sentence: pieces that have some are refused at the start. */
  readonly unsupported?: string
  /** Commits at once. Throws `lease-lost`, and keeps nothing, if another worker has the lease. */
  announce(lease: Lease, files: readonly string[]): Promise<void>
  /** The attempt's rows name none of these after all. As `announce`. */
  withdraw(lease: Lease, files: readonly string[]): Promise<void>
  /**
   * Files of the job that no row names: of attempts that did not commit, and those that were withdrawn; with `all` of
   * every attempt. By id, a thousand at most, those behind `after`.
   */
  unneeded(
    job: string,
    options: { readonly all: boolean; readonly after?: string },
  ): Promise<readonly PutFile[]>
  /** The unneeded ones of jobs that have ended so long ago. By id, a thousand at most, those behind `after`. */
  left(olderThanMs: number, after?: string): Promise<readonly PutFile[]>
  /** They are gone for good. */
  forget(ids: readonly string[]): Promise<void>
}
