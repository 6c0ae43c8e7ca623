import type { Transaction } from './database.js'
import type { Entries } from './entries.js'
import type { NewFinding } from './finding.js'
import type { Ids } from './ids.js'
import type { KeyRange } from './keys.js'
import type { ResourceRef } from './resource.js'
import type { WorkContext } from './work-context.js'

/** One piece of one resource, before anything of the job is written. */
export interface KeysContext<Options = unknown> extends WorkContext<Options> {
  /** Of an import. Absent for a clone, which reads the rows of `source`. */
  readonly entries?: Entries
  /** The exported resource, with its old id. */
  readonly source: ResourceRef
  /** Commits together with what is added. */
  readonly tx: Transaction
  /**
   * Reserves new keys: adds ranges of a table, by the name under which its keys are remapped. Throws
   * `archive-invalid` or, in a clone, `source-changed` if an old key is in two of them.
   */
  add(table: string, ranges: readonly KeyRange[]): Promise<void>
  /**
   * Ranges of a table that the job has reserved so far, in order and in pages: those that other nodes have
   * committed and those of this one.
   */
  reserved(table: string): AsyncIterable<readonly KeyRange[]>
  /** Whether this job makes resources of that kind. */
  carries(kind: string): boolean
  /** Adds to the job's report. */
  finding(finding: NewFinding): void
}

/** One piece, and all that the job has reserved and drawn. */
export interface KeyCheckContext {
  /** All new resources that the job fills with the piece. */
  readonly resources: readonly ResourceRef[]
  readonly ids: Ids
  /** In which the shells are made, or one of the database that has the piece's rows. */
  readonly tx: Transaction
  /** Whether this job makes resources of that kind. */
  carries(kind: string): boolean
}

/** A column that leads to rows of a table in another database. */
export interface LeadingColumn {
  /** For messages: `"shapes"."answer_id"`. */
  readonly from: string
  /** By the name under which its ids are remapped, and the column there. */
  readonly table: string
  readonly key: string
}

/** What no constraint between two databases says. */
export interface KeyColumns {
  /** By the name under which a table's ids are remapped: the column that new numbers are reserved for. */
  readonly numbered: Readonly<Record<string, string>>
  readonly leading: readonly LeadingColumn[]
}
