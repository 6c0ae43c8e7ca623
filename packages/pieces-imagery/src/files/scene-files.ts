import type { ByteRange } from '@piecework/core/piece'

/**
 * Where the host keeps the files of scenes, by the texts of `imagery.scenes.artifact`. An `ArtifactStore` is one:
 * `fileArtifacts(folder)`.
 */
export interface SceneFiles {
  /** Throws `artifact-not-found`, at the first chunk at the latest. */
  open(key: string, range?: ByteRange): AsyncIterable<Uint8Array>
  stat(key: string): Promise<{ readonly size: number } | undefined>
  /** A failed put leaves nothing. Keys are `imagery/…`. */
  put(key: string, bytes: AsyncIterable<Uint8Array>): Promise<unknown>
  /** Deletes the key and all keys below it (`key/…`). Nothing there is no error. */
  delete(key: string): Promise<void>
  /** Path of the file on this machine, for GDAL. Absent, or undefined: GDAL reads it over the loopback interface. */
  localPath?(key: string): Promise<string | undefined>
}
