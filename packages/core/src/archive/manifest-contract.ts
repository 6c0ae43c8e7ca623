import type { ResourceRef, ResourceTree } from '../contracts/resource.js'

export interface ManifestEntry {
  /** Relative to its node. */
  readonly path: string
  /** Bytes, inflated. */
  readonly size: number
  /** Of the inflated bytes, hex. */
  readonly sha256: string
  /** Data records. Absent: not a table. */
  readonly rows?: number
  /** Of a table's columns, in the order of its header. Absent: the writer did not say. */
  readonly types?: readonly string[]
  /** Of the longest record of a table. Absent: none is longer than 256 MiB. */
  readonly recordBytes?: number
}

export interface ManifestPiece {
  /** With its original id. */
  readonly resource: ResourceRef
  readonly name: string
  readonly version: number
  /** For people: readers that do not know the piece pass it over. */
  readonly exportOnly?: true
  /**
   * Nodes that exported its tables. Each entry with rows is then a part of one, `pages/000001.csv` of `pages.csv`; others are
   * as their parts have written them. Absent: all are whole.
   */
  readonly parts?: number
  readonly entries: readonly ManifestEntry[]
}

/** What an archive holds: content only, so that equal content has equal bytes. */
export interface Manifest {
  readonly format: 'piecework-archive'
  /** Of the format: 1 unless it holds what version 1 did not know. */
  readonly version: 1 | 2
  /** With original ids. */
  readonly tree: ResourceTree
  readonly pieces: readonly ManifestPiece[]
}
