import type { Piece, ResourceKind } from '@piecework/core/piece'
import {
  check,
  type Database,
  type OptionChecks,
  type Principal,
  type Queryable,
  type ResourceRef,
  required,
} from '@piecework/core/store'
import type { Patience } from '../law.js'

export interface Sample {
  readonly resource: ResourceRef
  /** Ids that a copy may keep: rows that several resources share, the parent's rows, the owner. */
  readonly shared?: readonly string[]
  /**
   * Members of the content that hold ids which are no uuids, and the table that each leads to: `{ project_id:
   * 'projects' }`. Uuids are found wherever they stand.
   */
  readonly ids?: Readonly<Record<string, string>>
}

export interface PieceLawsOptions extends Patience {
  readonly piece: Piece
  /** Of the piece's resource, with its shell. */
  readonly kind: ResourceKind
  /** A PostgreSQL database with the host's tables; nothing else writes to it meanwhile. */
  database(): Database | Promise<Database>
  /** Makes a new resource with rows of every sort that the piece carries. Called by each law. */
  sample(db: Database): Promise<Sample>
  /**
   * All that the piece carries of a resource, as JSON with its ids, in an order that does not come from ids. Of a copy it
   * must be the same but for the ids.
   */
  content(resource: ResourceRef, db: Queryable): Promise<unknown>
  /** Pieces of the same resource that are imported before, in order. Default: none. */
  readonly before?: readonly Piece[]
  /** Input of the piece's options. Default `{}`. */
  readonly options?: unknown
  /** Keys of all files in the host's store: of a piece that carries files. */
  fileKeys?(): Promise<readonly string[]>
  /** Who copies, if the host's tables must know them. Default: `{ id }` of a new id. */
  readonly principal?: Principal
}

export const pieceLawChecks: OptionChecks<PieceLawsOptions> = {
  piece: required(check.having<Piece>('a piece', 'name', 'of', 'version')),
  kind: required(check.having<ResourceKind>('a kind of resources', 'kind', 'table', 'describe')),
  database: required(check.func()),
  sample: required(check.func()),
  content: required(check.func()),
  before: check.list(check.having<Piece>('a piece', 'name', 'of', 'version')),
  options: check.anything,
  fileKeys: check.func(),
  principal: check.principal,
  patienceMs: check.wait,
}
