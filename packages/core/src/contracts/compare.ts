import type { Transaction } from './database.js'
import type { Entries } from './entries.js'
import type { ResourceRef } from './resource.js'

/** One piece of one resource on one side of a comparison. */
export interface ComparedNode {
  readonly side: 'a' | 'b'
  readonly resource: ResourceRef
  readonly name: string
  /** As it is registered. Absent: no pack knows the piece. */
  readonly piece?: { readonly name: string; readonly comparer?: PieceComparer }
  /** Upgraded. */
  readonly entries: Entries
  /** Nodes of this resource, then of those above it: where references lead. */
  near(): readonly ComparedNode[]
  /** All resources of this side, once they are matched with those of the other. Absent: none is known. */
  resources?(): readonly ComparedResource[]
}

/** A resource whose id may stand in rows and documents. */
export interface ComparedResource {
  /** `ResourceKind.table`. */
  readonly table: string
  readonly id: string
  /** Equal to that of the resource of the other side with which it is matched, and to no other. */
  readonly same: string
}

/** A row that differs. */
export interface RowSample {
  readonly change: 'added' | 'removed' | 'changed'
  /**
   * Natural key, by column; references by the natural key of the row that they lead to. Long values are cut.
   */
  readonly key: Readonly<Record<string, string | null>>
  /** Of a changed row. */
  readonly columns?: readonly string[]
}

/** From a to b. Rows are the same if their natural keys are. */
export interface RowsDiff {
  readonly added: number
  readonly removed: number
  readonly changed: number
  readonly equal: number
  /** How many changed rows differ in a column. */
  readonly columns: Readonly<Record<string, number>>
  /** Up to ten, in order of their keys. */
  readonly samples: readonly RowSample[]
}

export interface EntryDiff {
  readonly path: string
  /** Absent: both sides have it. */
  readonly onlyIn?: 'a' | 'b'
  readonly equal: boolean
  /** Absent: compared byte by byte, and not equal; or not a table. */
  readonly rows?: RowsDiff
}

export interface CompareContext {
  readonly a: ComparedNode
  readonly b: ComparedNode
  /** For temporary tables. All pieces of one comparison share it, and what they leave in it ends with it. */
  readonly tx: Transaction
  readonly signal: AbortSignal
}

/** Compares entries by what their rows mean: ids change with every import. */
export interface PieceComparer {
  /**
   * What distinguishes this resource from its siblings, such as a scenario's number. Undefined: not in these
   * entries.
   */
  resourceKey?(node: ComparedNode, tx: Transaction): Promise<string | undefined>
  /** Of the entries that both sides have; those that it leaves out are compared byte by byte. */
  compare(context: CompareContext): Promise<readonly EntryDiff[]>
}
