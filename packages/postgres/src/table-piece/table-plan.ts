import type { Column, Table } from './catalogue.js'
import type { JsonStep } from './json-path.js'
import type { SetContext, StableReference, TableSpec } from './spec.js'

/** A column of the file beside the table's own: the stable key of a referenced row, `<column>.<stable key>`. */
export interface StableKey extends StableReference {
  readonly header: string
  readonly column: Column
}

/** Where an id leads. */
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
  readonly late: boolean
  /** Leads to this table itself. */
  readonly self: boolean
  /** A foreign key of the database refuses rows that lead nowhere, at once. */
  readonly enforced: boolean
}

export interface JsonPlan {
  readonly column: Column
  readonly late: boolean
  readonly ids: readonly JsonTarget[]
}

export interface JsonTarget extends Target {
  readonly path: readonly JsonStep[]
  /** The path as it was declared. */
  readonly text: string
  /** Its column of the file holds pairs of stable key and id, for all ids of the document that lead to this table. */
  readonly lookup: StableKey | undefined
}

/** One table of a piece: its declaration matched with the catalogue. */
export interface TablePlan {
  readonly spec: TableSpec
  readonly table: Table
  readonly schema: string
  /** Name of its entry. */
  readonly entry: string
  /** An UPDATE of the shell. */
  readonly ownRow: boolean
  /** Columns from this table to the resource's id, with the tables that they are in. */
  readonly ownerPath: readonly PathStep[]
  /** Column of this table that holds the resource's id. */
  readonly ownerColumn: Column | undefined
  /** Key of its own, made anew. */
  readonly key: Column | undefined
  /** Columns that travel, in the catalogue's order. */
  readonly carried: readonly Column[]
  readonly references: ReadonlyMap<string, ReferencePlan>
  readonly json: ReadonlyMap<string, JsonPlan>
  readonly set: readonly { readonly column: Column; readonly value: (context: SetContext) => unknown }[]
  readonly order: readonly (readonly PathStep[])[]
}

/** One step of a path: a column, and where it is not the last, the table and key that it leads to. */
export interface PathStep {
  readonly column: Column
  readonly to?: { readonly table: Table; readonly key: string }
}
