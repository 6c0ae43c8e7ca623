/**
 * New ids of one job. `idOf` is a pure function: the first 16 bytes of
 * sha256(key ‖ old id as UTF-8) with the version and variant bytes of UUIDv8.
 */
export interface Ids {
  /** Prefix of the hash for one table: length-prefixed job id and table name. SQL takes it as bytea. */
  key(table: string): Uint8Array
  idOf(table: string, oldId: string): string
}
