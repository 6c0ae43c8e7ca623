import type { ImportContext, Piece, ResourceRef, Upgrade, Validator } from '@piecework/core'

/** A reference whose rows may be the host's common data: kept by a stable key, never copied. */
export interface SharedReference {
  /** SQL condition on the referenced row, without alias: `project_id IS NULL`. Written by the piece's author. */
  readonly where: string
  /** Column of the referenced table that means the same row in every installation. */
  readonly stableKey: string
}

export interface Reference {
  /** Table whose key the column holds; the name under which ids are remapped. */
  readonly table: string
  /** Column of that table. Default `id`. */
  readonly key?: string
  /** Kind of resource whose piece carries that table. A job that carries no such resource leaves the reference as it is. */
  readonly of?: string
  readonly shared?: SharedReference
}

/** Ids inside a JSON document: `features[*].featureId`, `*` for every element or value. */
export interface JsonReference {
  readonly path: string
  readonly table: string
  readonly shared?: SharedReference
}

/** What a `set` function may look at. */
export type SetContext = Pick<ImportContext, 'resource' | 'principal' | 'jobId'> & {
  readonly source: ResourceRef
}

export interface TableSpec {
  readonly table: string
  /**
   * Column that leads to the resource's id: `project_id`, or through references of this table: `feature_id.project_id`.
   * The last column is set by us, never read. `id` for the resource's own row, which is an UPDATE of its shell.
   */
  readonly owner: string
  /** Columns that order the exported rows totally and the same after every import: natural keys, not generated ids. */
  readonly order: readonly string[]
  /** Columns that hold keys of other tables. */
  readonly references?: Readonly<Record<string, string | Reference>>
  /** Columns of `references` that are inserted as NULL and updated when all tables of the piece are there: they break cycles. */
  readonly late?: readonly string[]
  /** By jsonb column. */
  readonly json?: Readonly<Record<string, readonly JsonReference[]>>
  /** Columns that do not travel. */
  readonly ignore?: readonly string[]
  /** Columns that we decide; they do not travel. */
  readonly set?: Readonly<Record<string, (context: SetContext) => unknown>>
}

export interface TablePieceSpec<Options = unknown>
  extends Pick<Piece<Options>, 'name' | 'of' | 'version' | 'after' | 'options' | 'applies' | 'exportOnly'> {
  /** Schema of all tables of the piece. Default `public`. */
  readonly schema?: string
  /** In the order in which they are filled. */
  readonly tables: readonly TableSpec[]
  readonly validators?: readonly Validator<Options>[]
  readonly upgrades?: Readonly<Record<number, Upgrade>>
}
