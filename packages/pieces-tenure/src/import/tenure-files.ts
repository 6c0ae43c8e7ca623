import type { Entries } from '@piecework/core/piece'
import type { KnownRows } from './known-rows.js'
import type { PlacedProblem, RawTables } from './raw-table.js'

/** A format of exports that people have. */
export interface TenureFiles<Tables extends RawTables = RawTables> {
  /** `tenure-shp`: before the names of its pieces, too. */
  readonly name: string
  /** Whether the host has a place for files of resources. */
  readonly keepsFiles: boolean
  /** The tables of the uploaded files, to be closed. Throws a `FileProblem`. */
  open(entries: Entries): Promise<Tables>
  /** Of a location's row as its piece's entry has it: what other files of the upload say of it, too. */
  digest?(cells: readonly (string | null)[]): number
  /** What is wrong with these other files. */
  problems?(tables: Tables, known: KnownRows): AsyncIterable<PlacedProblem>
}
