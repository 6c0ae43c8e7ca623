import type { PieceComparer } from './compare.js'
import type { Queryable, Transaction } from './database.js'
import type { Entries, Upgrade } from './entries.js'
import type { NewFinding } from './finding.js'
import type { Ids } from './ids.js'
import type { KeyForm } from './key-form.js'
import type { NewFiles, PieceFiles } from './new-files.js'
import type { ImportParts, NodePart, PartPlan, PartsContext, PartsPlan, PartsSoFar } from './parts.js'
import type { PieceCounts } from './piece-counts.js'
import type { KeyCheckContext, KeyColumns, KeysContext } from './piece-keys.js'
import type { PieceRemover } from './piece-remover.js'
import type { PieceVerifier } from './piece-verifier.js'
import type { ReplacedValue } from './replaced-values.js'
import type { ResourceRef } from './resource.js'
import type { Schema } from './schema.js'
import type { Validator } from './validator.js'
import type { PieceContext, WorkContext } from './work-context.js'

export interface AppliesContext<Options = unknown> extends PieceContext<Options> {
  readonly db: Queryable
}

/** How an entry that is no table is stored. */
export interface EntryOptions {
  /** As it is: it is compressed already. Outputs read ranges of it at the cost of these bytes alone. Default: deflated. */
  readonly stored?: boolean
}

/** What an exporter has written. */
export interface ExportedCounts extends PieceCounts {
  /** For the outputs: plain JSON, at most `planDefaults.resultBytes`. */
  readonly result?: unknown
}

export interface ExportContext<Options = unknown> extends WorkContext<Options> {
  /** One READ ONLY snapshot. */
  readonly tx: Transaction
  /** What to export. Absent: all of the resource. */
  readonly part?: NodePart
  /** What was planned for all parts. Absent without one. */
  readonly plan?: unknown
  /**
   * Stores one entry of this node: a relative path of `[A-Za-z0-9._-]` segments. `rows` is called when the
   * bytes have ended and goes into the manifest; entries that are not tables have none, or options instead. `types`: of a
   * table's columns, in the order of its header, as the piece's importer names them. Throws `archive-invalid`
   * or `archive-limit` for a table that an import would refuse.
   * Tables that parts write are joined, each with its header: readers see one. All else that a part writes is its own, by
   * paths that no other part writes; of these, none ends in `.csv`.
   */
  write(
    path: string,
    bytes: AsyncIterable<Uint8Array> | Uint8Array,
    rows?: (() => number) | EntryOptions,
    types?: readonly string[],
  ): Promise<void>
  /** Adds to the job's report. */
  finding(finding: NewFinding): void
}

export interface ImportContext<Options = unknown> extends WorkContext<Options> {
  /** All of them, whatever the part. */
  readonly entries: Entries
  /** What to import. Absent: all of the resource. */
  readonly part?: NodePart
  /** Commits together with the mark "done". */
  readonly tx: Transaction
  readonly ids: Ids
  /** The exported resource that the entries describe, with its old id. */
  readonly source: ResourceRef
  /** What the import goes into, unless the exported resource is a root. */
  readonly into?: ResourceRef
  /**
   * Whether this job makes resources of that kind. References to rows of others are not remapped by `ids`.
   */
  carries(kind: string): boolean
  /** Adds to the job's report. */
  finding(finding: NewFinding): void
  /**
   * Keeps with the job what the piece has written instead of values that are taken; commits with `tx`. To be called with
   * a thousand or so at once.
   */
  replaced(values: readonly ReplacedValue[]): Promise<void>
  /** For files beside the rows. Of pieces that have `files`. */
  readonly files: NewFiles
}

export interface CloneContext<Options = unknown> extends WorkContext<Options> {
  readonly source: ResourceRef
  readonly tx: Transaction
  readonly ids: Ids
  /** Whether this job makes resources of that kind. References to rows of others stay as they are. */
  carries(kind: string): boolean
  /** Adds to the job's report. */
  finding(finding: NewFinding): void
  /** As that of an import. */
  replaced(values: readonly ReplacedValue[]): Promise<void>
  /** As those of an import. */
  readonly files: NewFiles
}

export interface PieceExporter<Options = unknown> {
  export(context: ExportContext<Options>): Promise<ExportedCounts>
  /**
   * The parts in which a large resource is exported, in order, each by a node of its own: together all of it, whatever
   * is written meanwhile. Called when an export runs, and again as long as it says that there are more. None: it is
   * exported whole. Cloners, comparisons with an archive and older plans export it whole, too.
   */
  parts?(context: PartsContext<Options>): Promise<readonly PartPlan[] | PartsPlan | PartsSoFar>
}
/** A shell that has just been made, and what will fill it. */
export interface NewShell {
  /** The new resource. */
  readonly resource: ResourceRef
  /** With its old id. */
  readonly source: ResourceRef
}
export interface ShellsContext<Shell extends NewShell = NewShell> {
  /** All that the job will fill with the piece: two or more. */
  readonly shells: readonly Shell[]
  /** In which the shells are made. */
  readonly tx: Transaction
}

export interface PieceImporter<Options = unknown> {
  import(context: ImportContext<Options>): Promise<PieceCounts>
  /** Absent: always as a whole. So are clones without a cloner. */
  readonly parts?: ImportParts<Options>
  /**
   * Called when all shells are made, before any of them is filled: what they hold until then must not stand
   * in the way of what their siblings get.
   */
  prepare?(context: ShellsContext<NewShell & { readonly entries: Entries }>): Promise<void>
}

/** Optional fast path inside one database: no file, no row through the process. */
export interface PieceCloner<Options = unknown> {
  clone(context: CloneContext<Options>): Promise<PieceCounts>
  /** As that of an importer. */
  prepare?(context: ShellsContext): Promise<void>
}

/** Keys of the tables that a piece fills. */
export interface PieceKeys {
  /** By the name under which a table's ids are remapped. Of tables that are not named: uuid. */
  readonly forms?: Readonly<Record<string, KeyForm>>
  /** Tables that it fills, by their names with their schemas unless that is `public`. */
  readonly tables?: readonly string[]
  /**
   * Tables whose new keys are numbers of a sequence. Asked when an import or a clone is requested: if there is
   * one, `reserve` runs before anything is made. `asked`: the pieces that are asked for this request, the same
   * array for each, so that they can read at once.
   */
  numbered?(db: Queryable, asked?: readonly Piece[]): Promise<readonly string[]>
  /** Asked when an import, a clone or a validation is requested whose pieces have their rows in several databases. `asked`: as above. */
  columns?(db: Queryable, asked?: readonly Piece[]): Promise<KeyColumns>
  /** Takes the numbers for all rows of the resource. Required with `numbered`. */
  reserve?(context: KeysContext): Promise<void>
  /**
   * Called before anything is made, by a job that has numbers of sequences. Throws `keys-exhausted` if a column
   * that the piece writes cannot hold them.
   */
  check?(context: KeyCheckContext): Promise<void>
}

/** A named, versioned part of one kind of resource. */
export interface Piece<Options = unknown> {
  readonly contract: 1
  /** `pack/piece`, unique. */
  readonly name: string
  /** Resource kind. */
  readonly of: string
  /** Of what its exporter writes, from 1. */
  readonly version: number
  /**
   * Pieces of the same resource or an ancestor that are imported first. Those that a plan does not hold are
   * passed over.
   */
  readonly after?: readonly string[]
  /**
   * Name of the database that has its rows: every `tx` and `db` that it gets is of that one. Absent: the store's, as of
   * all kinds and their shells. `prepare` is not called for pieces of another one.
   */
  readonly database?: string
  /** Validated when the job is requested, stored with it. Absent: the piece takes no options. */
  readonly options?: Schema<Options>
  /** An archive's entries of it are for people: they are not imported, which is no error. */
  readonly exportOnly?: true
  /** Called for each resource before an export or clone. Absent: always. */
  applies?(context: AppliesContext<Options>): Promise<boolean>
  readonly exporter?: PieceExporter<Options>
  readonly importer?: PieceImporter<Options>
  readonly cloner?: PieceCloner<Options>
  /** Absent: the rows go with the resource, by what the kind's shell removes. */
  readonly remover?: PieceRemover
  /** Absent: an import of it puts no files into stores of the host's. */
  readonly files?: PieceFiles
  /** Absent: what happens to its rows after it has written them is not looked at. */
  readonly verifier?: PieceVerifier
  readonly validators?: readonly Validator<Options>[]
  readonly keys?: PieceKeys
  /** Absent: two archives of it are equal if their bytes are. */
  readonly comparer?: PieceComparer
  /** By the version they start from: `upgrades[1]` makes version 2 of version 1. */
  readonly upgrades?: Readonly<Record<number, Upgrade>>
  /**
   * Called when a host starts, with all pieces that it registers together: what several of them need of the
   * database can be read at once.
   */
  registered?(pieces: readonly Piece[]): void
}
