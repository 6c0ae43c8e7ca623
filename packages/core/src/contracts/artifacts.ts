export interface ArtifactStat {
  readonly size: number
  readonly createdAt: Date
}

/** Bytes `[start, end)`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Bytes under keys: segments of `[A-Za-z0-9._-]` joined by `/`, at most 512 characters. Implementations
 * refuse others.
 */
export interface ArtifactStore {
  /**
   * Visible only when complete; a failed or aborted put leaves nothing. Replaces what was there. Resolves to
   * the size.
   */
  put(key: string, bytes: AsyncIterable<Uint8Array>): Promise<number>
  /** Throws `artifact-not-found`, at the first chunk at the latest. */
  open(key: string, range?: ByteRange): AsyncIterable<Uint8Array>
  stat(key: string): Promise<ArtifactStat | undefined>
  /** Deletes the key and all keys below it (`key/…`). Nothing there is no error. */
  delete(key: string): Promise<void>
  /** Keys that equal `prefix` or lie below it, sorted. */
  list(prefix: string): AsyncIterable<string>
  /**
   * Path of a file of this machine with these bytes, for programs that read files; undefined if there is no such key.
   * It is only read, and not longer than the key is there. Absent: there are no such files.
   */
  localPath?(key: string): Promise<string | undefined>
}
