/**
 * Where the host keeps the bytes of resources, by the texts of `tenure.resources.artifact`. An `ArtifactStore` is one:
 * `fileArtifacts(folder)`.
 */
export interface ResourceFiles {
  /** Throws `artifact-not-found`, at the first chunk at the latest. */
  open(key: string): AsyncIterable<Uint8Array>
  /** Replaces what was there. Keys of copies are `<project>/<resource>`. A failed put leaves nothing. */
  put(key: string, bytes: AsyncIterable<Uint8Array>): Promise<unknown>
  /** Deletes the key and all keys below it (`key/…`). Nothing there is no error. */
  delete(key: string): Promise<void>
}
