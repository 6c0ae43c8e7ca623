/**
 * Where a host keeps the bytes that its rows name: a folder (`folderFiles`), a bucket. Keys are the texts in the host's own
 * column.
 */
export interface FileStore {
  /** Undefined if there is no such file. */
  open(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>
  /** There when it resolves, in full; what fails or is killed leaves no file under the key. The key is a new one. */
  put(key: string, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<unknown>
  /** Nothing there is no error. */
  delete(key: string, signal: AbortSignal): Promise<unknown>
  /** Copies within the store, as `put` does. Resolves to false if there is no such file. Absent: clones read and write. */
  copy?(from: string, to: string, signal: AbortSignal): Promise<boolean>
}
