import type { KeyMap } from '../key-map.js'
import type { KeyForm } from './key-form.js'
import type { KeyRange } from './keys.js'

/**
 * New ids of one job. `idOf` is a pure function of sha256(key ‖ old id as UTF-8), rendered in the form that
 * the table's keys have: by default a UUIDv8 of its first 16 bytes.
 */
export interface Ids {
  /** Prefix of the hash for one table: length-prefixed job id and table name. SQL takes it as bytea. */
  key(table: string): Uint8Array
  /** As a piece or a kind has declared it. */
  form(table: string): KeyForm | undefined
  /**
   * Throws `unsupported` for a table whose keys come from a sequence. Of one that resources are the rows of:
   * the id that was drawn, and `resource-not-found` for the id of a row that the job does not make.
   */
  idOf(table: string, oldId: string): string
  /**
   * Of the table of a resource kind whose ids come from a sequence: the new ids that were drawn for the job,
   * by old id. Undefined for all other tables.
   */
  drawn(table: string): ReadonlyMap<string, string> | undefined
  /**
   * New keys of a table whose keys come from a sequence, which were reserved before the first row was written.
   * Throws `unsupported` outside of imports and clones.
   */
  keyMap(table: string): Promise<KeyMap>
  /** The same in pages, in order of the old keys, for a table with many ranges. */
  keyRanges(table: string): AsyncIterable<readonly KeyRange[]>
  /**
   * The same as SQL of a relation (`old_from`, `new_from`, `length`: bigint), in which one is found by `old_from` without
   * reading the others. Undefined if the store has none.
   */
  keyRelation(table: string): string | undefined
}
