import type { ByteRange } from './artifacts.js'
import type { Schema } from './schema.js'

export interface EntryFacts {
  /** Of a table in parts: of all of them, with the header of each. */
  readonly size: number
  /** Data rows that the manifest states; undefined for entries that are not tables, and for uploads. */
  readonly rows?: number
  /**
   * What the values of each column were when they were exported, in the order of the header: `numeric(12,4)`.
   * Absent: not stated.
   */
  readonly types?: readonly string[]
  /** No record of a table is longer. Absent: `entryDefaults.recordBytes`. */
  readonly recordBytes?: number
  /** Entries of the archive that the table stands in. Absent: one. */
  readonly parts?: number
  /** What came with an upload, for instance `{ idAttribute: 'FID' }`. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** One of the files of an upload. */
export interface ZippedFile {
  /** As the zip, or the disk, names it; never use it as a path. */
  readonly name: string
  /** Bytes, inflated. */
  readonly size: number
  /** Inflates while reading. Throws at the end if size or checksum differ. */
  open(): AsyncIterable<Uint8Array>
}

/** One record of a CSV entry by column name; null and '' differ. */
export type CsvRow = Readonly<Record<string, string | null>>

/**
 * The files of one node: of an archive, or uploads. What is read from it has been checked against size and
 * checksum at the end.
 */
export interface Entries {
  /** Relative to the node: `planning_units.csv`. Sorted. */
  readonly paths: readonly string[]
  facts(path: string): EntryFacts | undefined
  /**
   * Throws `archive-checksum` at the end if bytes differ. Ranges are for uploads and for what an output reads
   * (`unsupported` elsewhere).
   */
  open(path: string, range?: ByteRange): AsyncIterable<Uint8Array>
  /**
   * Parses and validates a small document: 64 MiB, 100,000 values and 100 levels at most (`entryDefaults`).
   * `archive-invalid` names the entry and what is wrong.
   */
  json<T>(path: string, schema: Schema<T>): Promise<T>
  /** Records of a CSV entry as COPY writes it, in batches of at most about 64 KB, 10,000 rows and 20,000 fields. */
  rows(path: string): AsyncIterable<readonly CsvRow[]>
  /**
   * Of the `facts(path).parts` entries that a table stands in those from `first`, from 1, to `last`, as one with a header
   * and facts of its own: entries with nothing but that `path`. `last` is `first` by default. Absent where parts cannot
   * be told apart, as in what an upgrade has made.
   */
  part?(path: string, first: number, last?: number): Entries
  /**
   * The files of an upload that was never zipped. `openZip` asks for them before it opens the upload as a
   * zip.
   */
  looseFiles?(path: string): readonly ZippedFile[] | undefined
}

/** Turns the entries that version n of a piece wrote into those that version n+1 would have written. */
export type Upgrade = (entries: Entries) => Entries | Promise<Entries>
