import type { Column, Table } from './catalogue.js'
import type { TableFacts } from './facts/table-facts.js'
import type { FilePlan } from './files/file-plan.js'
import type { JsonStep } from './json-path.js'
import type { TableNumbers } from './keys/numbers.js'
import type { SetContext, SharedReference, TableSpec } from './spec.js'

/** How rows are found by a stable key. */
export interface StableKey extends SharedReference {
  /**
   * Columns of the file that the table does not have, `<column>.<column of the key>`, one for each column of
   * the key; for ids inside values one column with pairs of stable key and id.
   */
  readonly headers: readonly string[]
  readonly columns: readonly Column[]
}

/** Table and column that an id refers to. */
export interface Target {
  /** Name under which ids are remapped. */
  readonly name: string
  readonly table: Table
  readonly key: string
  readonly keyColumn: Column
  readonly of: string | undefined
  /** The table of the resource itself, whose new id is known. */
  readonly root: boolean
  /** Columns from its table to the id of the resource, and which of its rows travel, if that is known. */
  readonly ownedBy:
    | {
        readonly path: readonly PathStep[]
        readonly where: string | undefined
        /** The resource's own table and key, if a foreign key leads there. */
        readonly resource: { readonly table: Table; readonly key: string } | undefined
      }
    | undefined
  readonly shared: StableKey | undefined
  readonly lookup: StableKey | undefined
}

export interface ReferencePlan extends Target {
  readonly column: Column
  /** A foreign key of the database refuses dangling references, at once. */
  readonly enforced: boolean
  /** Of a polymorphic reference: the type that the row must have. */
  readonly when: { readonly type: RowType; readonly is: string } | undefined
  /** Texts of values that lead to no row. */
  readonly none: readonly string[]
}

/** Where the type of a row stands that says of which table a key is. */
export interface RowType {
  readonly column: Column
  /** The column leads to shared rows: their stable key is the type, in `headers` of a file. */
  readonly shared: (StableKey & Pick<Target, 'table' | 'key'>) | undefined
}

export interface PolymorphicPlan {
  readonly column: Column
  readonly type: RowType
  readonly types: readonly string[]
  readonly other: 'refuse' | 'keep'
}

/** A column whose values hold ids: a document, an array or a text. */
export interface ContainerPlan {
  readonly column: Column
  readonly form: 'json' | 'array' | 'text'
  readonly ids: readonly ContainedTarget[]
}

export interface ContainedTarget extends Target {
  /** Of a document. */
  readonly path: readonly JsonStep[]
  /** Of a text. */
  readonly pattern: string
  /** Of a text whose type takes upper and lower case for the same. */
  readonly anyCase: boolean
  /** The path or pattern as it was declared, for messages. */
  readonly text: string
}

/** One table of a piece: its declaration matched with the catalogue. */
export interface TablePlan extends MatchedTable {
  readonly facts: TableFacts
  /** Triggers or rules, its own or of another table of the piece, may change, add or drop rows that are written. */
  readonly isWatched: boolean
}

export interface MatchedTable {
  readonly spec: TableSpec
  readonly table: Table
  /** Name under which its keys are remapped. */
  readonly name: string
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
  /** A polymorphic column has one for each of its tables. */
  readonly references: readonly ReferencePlan[]
  readonly polymorphic: readonly PolymorphicPlan[]
  readonly containers: readonly ContainerPlan[]
  readonly files: readonly FilePlan[]
  /** SQL on the row as `t`; `$resource` is not replaced. */
  readonly where: string | undefined
  readonly unique: readonly { readonly column: Column; readonly taken: 'suffix' | 'fail' | 'null' }[]
  readonly set: readonly { readonly column: Column; readonly value: (context: SetContext) => unknown }[]
  readonly order: readonly (readonly PathStep[])[]
}

/** One step of a path: a column and, unless it is the last, the table and key that it refers to. */
export interface PathStep {
  readonly column: Column
  readonly to?: {
    readonly table: Table
    readonly key: string
    /** Condition on its rows, as `TablePlan.where`. */
    readonly where: string | undefined
  }
}

export const referencesOf = (plan: TablePlan, column: string): readonly ReferencePlan[] =>
  plan.references.filter((reference) => reference.column.name === column)

export const fileOf = (plan: TablePlan, column: string): FilePlan | undefined =>
  plan.files.find((file) => file.column.name === column)

export const containerOf = (plan: TablePlan, column: string): ContainerPlan | undefined =>
  plan.containers.find((container) => container.column.name === column)

/** A column and where its ids lead. */
interface Leading {
  readonly column: Column
  /** Absent: the column holds one id. */
  readonly form?: ContainerPlan['form']
  readonly target: Target
}

/** All that columns of the table lead to, also from inside their values. */
export const targetsOf = ({ references, containers }: MatchedTable): readonly Leading[] => [
  ...references.map((target) => ({ column: target.column, target })),
  ...containers.flatMap(({ column, form, ids }) => ids.map((target) => ({ column, form, target }))),
]
