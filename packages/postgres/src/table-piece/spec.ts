import type {
  FileStore,
  ImportContext,
  KeyForm,
  Piece,
  Queryable,
  ResourceRef,
  Upgrade,
  Validator,
} from '@piecework/core/piece'

/** Finds rows by a key that means the same row in every installation, instead of by id. */
export interface StableReference {
  /**
   * SQL condition on the referenced row, its columns unqualified: `project_id IS NULL`. Written by the
   * piece's author, never made from input. `$resource` stands for the id of the node's resource, `$into` for
   * that of the resource which an import goes into (NULL if there is none).
   */
  readonly where: string
  /**
   * Columns of the referenced table that are unique together among those rows. If two rows have the same key,
   * an export or import that refers to one of them is refused.
   */
  readonly by: readonly string[]
  /**
   * SQL condition like `where`, for an export: only the keys of these rows travel, so that an import does not
   * take the key of another row for one of `where`. Absent: the keys of all rows travel. `$into` is NULL in
   * it.
   */
  readonly exportWhere?: string
}

/** What `find` may go by. */
export interface FindContext extends Pick<ImportContext, 'principal' | 'jobId'> {
  /** Reads only, in a validation; the job's own transaction in an import. */
  readonly tx: Queryable
}

/** Rows that all resources share, such as people. */
export interface SharedReference extends StableReference {
  /**
   * What an import does if the row is not there: refuses before anything is written, leaves the reference
   * empty, makes a row of the columns of `by`, takes the row whose key is the id of the principal, or the one
   * whose key is given (`{ row: '0' }`), which stands for all that are not here. All but the first are told
   * with a count. Default `refuse`.
   */
  readonly missing?: 'refuse' | 'null' | 'create' | 'importer' | { readonly row: string }
  /**
   * Rows to take for stable keys that none has here, before `missing`: the key of a row by stable key, or a
   * function that resolves to such a map. It is asked by the validation and again by each import, with 1,000
   * keys at most; a row that is not here, or not one of `where`, is not taken. For stable keys of one column.
   */
  readonly find?:
    | Readonly<Record<string, string>>
    | ((
        keys: readonly string[],
        context: FindContext,
      ) => ReadonlyMap<string, string> | Promise<ReadonlyMap<string, string>>)
}

export interface Reference {
  /**
   * Table whose key the column holds: `items`, in another schema `geo.items`; `geo."odd.name"` if a name has a
   * dot.
   */
  readonly table: string
  /** Column of that table. Default: the one that the column's foreign key leads to, `id`, or else the primary key. */
  readonly key?: string
  /**
   * Kind of resource whose piece carries that table. In a job without such a resource, a clone keeps the
   * reference as it is, and an import finds the row by `lookup`.
   */
  readonly of?: string
  /**
   * Texts of values that mean no row, such as `0` in a column that is NOT NULL: they travel as they are. Of
   * columns that hold one id.
   */
  readonly none?: readonly string[]
  /** Rows that all resources share: they travel by their stable key and are never copied. */
  readonly shared?: SharedReference
  /**
   * How an import finds the row in a job that does not carry `of`: for example by `puid` among the units of
   * the project that it goes into. If a row is missing or not unique, the import is refused before anything
   * is written.
   */
  readonly lookup?: StableReference
}

/** A column that holds keys of several tables; another column says of which. */
export interface PolymorphicReference {
  /** Column of this table with the type: it travels as it is, or leads to shared rows itself. */
  readonly by: string
  /** By the text of the type; of a shared row, by its stable key: `register.parcel` if that has two columns. */
  readonly tables: Readonly<Record<string, string | Reference>>
  /** What a key with another type does: refuses the job, or travels as it is. Default `refuse`. */
  readonly other?: 'refuse' | 'keep'
}

/** Ids inside a JSON document. */
export interface JsonReference extends Omit<Reference, 'none'> {
  /** `features[*].featureId`; `*` is every element or value, and `{}` at the end every name of a member. */
  readonly path: string
}

/** Ids inside a text. */
export interface TextReference extends Pick<Reference, 'table' | 'key' | 'of'> {
  /** Text around an id, which `{}` stands for: `/photos/{}`; `{}` alone in a list of ids. */
  readonly pattern: string
}

/** Which rows of a table travel. */
export interface RowCondition {
  /**
   * SQL on the row, its columns unqualified: `deleted_at IS NULL AND kind = $1`. `$resource` stands for the id
   * of the resource.
   */
  readonly sql: string
  /** Of `$1`, `$2` … */
  readonly values?: readonly (string | number | boolean | null)[]
}

/** Argument of a `set` function. */
export type SetContext = Pick<ImportContext, 'resource' | 'principal' | 'jobId'> & {
  readonly source: ResourceRef
}

/** What the new key of a file may be made of. */
export interface NewFile {
  /** A uuid, of this file alone: the key must hold it. */
  readonly id: string
  /** `.jpg`, or nothing; letters and digits. */
  readonly extension: string
  /** The new resource. */
  readonly resource: ResourceRef
}

/** A column of texts that are keys of files. An empty text names none. */
export interface FileColumn {
  readonly store: FileStore
  /** Key of a file in a copy. Default: id and extension. */
  readonly key?: (file: NewFile) => string
  /** A file that the store, or the archive, does not have refuses the job, or is left empty and told. Default `refuse`. */
  readonly missing?: 'refuse' | 'null'
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
   * Columns that hold keys of other tables or of this one, single or as arrays. Every foreign key of the table
   * stands here, or in `set`, `ignore` or `owner`, unless the column that it leads to travels as it is.
   */
  readonly references?: Readonly<Record<string, string | Reference | PolymorphicReference>>
  /** By json or jsonb column. */
  readonly json?: Readonly<Record<string, readonly JsonReference[]>>
  /** By column with links or file paths: ids are rewritten where a pattern finds them. */
  readonly text?: Readonly<Record<string, readonly TextReference[]>>
  /** By column with keys of files in a store of the host's: their bytes travel, and copies have files of their own. */
  readonly files?: Readonly<Record<string, FileColumn>>
  /** Rows that travel. Absent: all that `owner` leads to. */
  readonly where?: RowCondition
  /**
   * Columns that are unique beyond the resource. A value that is taken gets a suffix, is left empty, or fails
   * the job; all but the last are told with a count.
   */
  readonly unique?: Readonly<Record<string, 'suffix' | 'fail' | 'null'>>
  /**
   * Columns that travel as they are; beside `json` or `text`, what no path or pattern finds. A column that is
   * not in this declaration travels too, and `assertSchemaCovered` names it as undecided. Absent:
   * `assertSchemaCovered` takes all columns for decided.
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
  extends Pick<
    Piece<Options>,
    'name' | 'of' | 'version' | 'after' | 'database' | 'options' | 'applies' | 'exportOnly'
  > {
  /** Schema of all tables of the piece. Default `public`. */
  readonly schema?: string
  /** Filled in an order that their references allow; tables that lead to each other in one statement. */
  readonly tables: readonly TableSpec[]
  /**
   * Rows in which a table's parts are exported, and imported where no row needs another one of its table, each by a
   * node of its own; a table with fewer is exported whole, and so
   * is one whose `order` has columns that may be NULL, or are of other tables. An export reads each part by the
   * order: with many parts it needs an index of the owner and of the order's columns, texts with `COLLATE "C"`.
   * Another number gives archives of equal content other digests.
   */
  readonly partRows?: number
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
