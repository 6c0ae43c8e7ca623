import type { Column, Table } from './catalogue.js'
import type { TableFacts } from './facts/table-facts.js'
import type { JsonStep } from './json-path.js'
import type { TableNumbers } from './keys/numbers.js'
import type { SetContext, StableReference, TableSpec } from './spec.js'

/**
 * A column of the file that the table does not have: the stable key of a referenced row, `<column>.<stable
 * key>`.
 */
export interface StableKey extends StableReference {
  readonly header: string
  readonly column: Column
}

/** Table and column that an id refers to. */
export interface Target {
  /** Name under which ids are remapped. */
  readonly name: string
  readonly table: Table
  readonly key: string
  readonly of: string | undefined
  readonly shared: StableKey | undefined
}

export interface ReferencePlan extends Target {
  readonly column: Column
  readonly lookup: StableKey | undefined
  readonly secondPass: boolean
  /** Refers to this table itself. */
  readonly self: boolean
  /** A foreign key of the database refuses dangling references, at once. */
  readonly enforced: boolean
}

export interface JsonPlan {
  readonly column: Column
  readonly secondPass: boolean
  readonly ids: readonly JsonTarget[]
}

export interface JsonTarget extends Target {
  readonly path: readonly JsonStep[]
  /** The path as it was declared. */
  readonly text: string
  /**
   * Its column of the file holds pairs of stable key and id, for all ids of the document that refer to this
   * table.
   */
  readonly lookup: StableKey | undefined
}

/** One table of a piece: its declaration matched with the catalogue. */
export interface TablePlan extends MatchedTable {
  readonly facts: TableFacts
}

export interface MatchedTable {
  readonly spec: TableSpec
  readonly table: Table
  readonly schema: string
  /** Name of its entry. */
  readonly entry: string
  /** The resource's own row, which updates the shell. */
  readonly ownRow: boolean
  /** The entry is written by hand, and may lack any column. */
  readonly claimed: boolean
  /** Columns from this table to the resource's id, with the tables that they are in. */
  readonly ownerPath: readonly PathStep[]
  /** Column of this table that holds the resource's id. */
  readonly ownerColumn: Column | undefined
  /** The table's own key, whose ids are remapped. */
  readonly key: Column | undefined
  readonly numbers: TableNumbers
  /** Columns that travel, in the catalogue's order. */
  readonly carried: readonly Column[]
  readonly references: ReadonlyMap<string, ReferencePlan>
  readonly json: ReadonlyMap<string, JsonPlan>
  readonly set: readonly { readonly column: Column; readonly value: (context: SetContext) => unknown }[]
  readonly order: readonly (readonly PathStep[])[]
}

/** One step of a path: a column and, unless it is the last, the table and key that it refers to. */
export interface PathStep {
  readonly column: Column
  readonly to?: { readonly table: Table; readonly key: string }
}
