import type { ImportContext, KeyForm, Piece, ResourceRef, Upgrade, Validator } from '@piecework/core/piece'

/** Finds rows by a key that means the same row in every installation, instead of by id. */
export interface StableReference {
  /**
   * SQL condition on the referenced row, its columns unqualified: `project_id IS NULL`. Written by the
   * piece's author, never made from input. `$resource` stands for the id of the node's resource, `$into` for
   * that of the resource which an import goes into (NULL if there is none).
   */
  readonly where: string
  /** Column of the referenced table that is unique among those rows. */
  readonly stableKey: string
  /**
   * SQL condition like `where`, for an export: only the keys of these rows travel, so that an import does not
   * take the key of another row for one of `where`. Absent: the keys of all rows travel. `$into` is NULL in
   * it.
   */
  readonly exportWhere?: string
}

export interface Reference {
  /** Table whose key the column holds; the name under which ids are remapped. */
  readonly table: string
  /** Column of that table. Default `id`. */
  readonly key?: string
  /**
   * Kind of resource whose piece carries that table. In a job without such a resource, a clone keeps the
   * reference as it is, and an import finds the row by `lookup`.
   */
  readonly of?: string
  /** Rows that all resources share: they travel by their stable key and are never copied. */
  readonly shared?: StableReference
  /**
   * How an import finds the row in a job that does not carry `of`: for example by `puid` among the units of
   * the project that it goes into. If a row is missing or not unique, the import is refused before anything
   * is written.
   */
  readonly lookup?: StableReference
}

/** Ids inside a JSON document. */
export interface JsonReference extends Reference {
  /** `features[*].featureId`; `*` is every element or value. */
  readonly path: string
}

/** Argument of a `set` function. */
export type SetContext = Pick<ImportContext, 'resource' | 'principal' | 'jobId'> & {
  readonly source: ResourceRef
}

export interface TableSpec {
  readonly table: string
  /**
   * How new keys of the table are made. Required for texts, and for integers that no sequence of their own
   * numbers; `natural`: people give the keys, and they travel as they are.
   */
  readonly key?: KeyForm
  /**
   * Column that leads to the resource's id: `project_id`, or through references of this table:
   * `feature_id.project_id`. Written by every import, never read from a file. The table's own key (`id`) for
   * the resource's own row, which becomes an UPDATE of the shell.
   */
  readonly owner: string
  /**
   * Columns that order the exported rows, the same after every import: natural keys, not generated ids. May
   * lead through references: `planning_unit_id.puid`. Ties are broken by the primary key.
   */
  readonly order: readonly string[]
  /**
   * Columns that hold keys of other tables. Every foreign key of the table stands here, or in `set`, `ignore`
   * or `owner`.
   */
  readonly references?: Readonly<Record<string, string | Reference>>
  /** Columns of `references` or `json` that are filled after all tables of the piece: they break cycles. */
  readonly secondPass?: readonly string[]
  /** By json or jsonb column. */
  readonly json?: Readonly<Record<string, readonly JsonReference[]>>
  /**
   * Columns that travel as they are. A column that is not in this declaration travels too, and
   * `assertSchemaCovered` names it as undecided. Absent: `assertSchemaCovered` takes all columns for decided.
   */
  readonly columns?: readonly string[]
  /** Columns that do not travel. */
  readonly ignore?: readonly string[]
  /**
   * Tables that inherit from this one and are not tables of this piece. Their rows do not travel with it: they
   * stay behind, or travel with another piece.
   */
  readonly inheritedBy?: readonly string[]
  /**
   * Triggers and rules that may change, add or drop rows when an import writes them. What they did is told all
   * the same.
   */
  readonly triggers?: readonly string[]
  /** Columns whose value the import computes; they do not travel. */
  readonly set?: Readonly<Record<string, (context: SetContext) => unknown>>
  /** Of a resource's own row: columns that keep the value of the shell, unless that is NULL or empty. */
  readonly keepShellValue?: readonly string[]
}

export interface TablePieceSpec<Options = unknown>
  extends Pick<Piece<Options>, 'name' | 'of' | 'version' | 'after' | 'options' | 'applies' | 'exportOnly'> {
  /** Schema of all tables of the piece. Default `public`. */
  readonly schema?: string
  /** In the order in which they are filled. */
  readonly tables: readonly TableSpec[]
  /** Further entries, which an exporter around this one writes and `validators` read. */
  readonly extraEntries?: readonly string[]
  /** Run after the built-in ones. */
  readonly validators?: readonly Validator<Options>[]
  readonly upgrades?: Readonly<Record<number, Upgrade>>
}

/** Where a table piece keeps its declaration: under a symbol, which is no name of the contract of pieces. */
export const tableSpec: unique symbol = Symbol.for('piecework.table-spec')

/** A piece that is rows, and what it was declared as. */
export interface TablePiece<Options = unknown> extends Piece<Options> {
  readonly [tableSpec]: TablePieceSpec<Options>
}

export const isTablePiece = (piece: Piece): piece is TablePiece => tableSpec in piece
