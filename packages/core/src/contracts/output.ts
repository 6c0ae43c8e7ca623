import type { Queryable } from './database.js'
import type { Entries } from './entries.js'
import type { NewFinding } from './finding.js'
import type { PieceCounts } from './piece-counts.js'
import type { Principal } from './principal.js'
import type { ResourceRef, ResourceTree } from './resource.js'
import type { Schema } from './schema.js'
import type { WorkContext } from './work-context.js'

/** What one node has written: a part, or all of a piece that was exported whole. */
export interface StagedPart {
  /** From 1. */
  readonly number: number
  /** Parts of the piece; 1 of a whole. */
  readonly of: number
  /** As it was planned. Absent of a whole. */
  readonly range?: unknown
  readonly counts: PieceCounts
  /** What the exporter has returned. */
  readonly result?: unknown
  /** What this part alone has written, by the names that it gave, read as those of the piece. */
  readonly entries: Entries
}

/** What one piece of one resource has written for the export. */
export interface StagedPiece {
  readonly resource: ResourceRef
  readonly piece: string
  /** Of the piece, when it wrote them. */
  readonly version: number
  readonly counts: PieceCounts
  /**
   * All that it has written; if in parts, the tables, joined: what else parts have written is read by `parts`. Read whole,
   * an entry is compared with its size and checksums at the end. A range is of the bytes that the piece wrote.
   * What is stored deflated costs as much as reading all that comes before the end of the range, and is not compared with
   * anything. What is `stored` costs the range alone; ranges that follow each other from the first byte to the last are
   * compared at the end as the whole is, others by their length.
   */
  readonly entries: Entries
  /** What was planned for all parts. Absent: nothing, or it was exported whole. */
  readonly plan?: unknown
  /**
   * The parts from `first` to `last`, by default all, in their order: read from the store in pages while they are taken, so
   * that no list of them is held. Each call reads anew.
   */
  parts(first?: number, last?: number): AsyncIterable<StagedPart>
}

/** One file of a zip that people open. */
export interface ZipMember {
  /**
   * With folders, as people know it. What no disk takes is replaced, and what differs in case alone is numbered; a
   * finding says so.
   */
  readonly name: string
  /** Called when its turn has come. */
  open(): AsyncIterable<Uint8Array>
}

export interface ZipForPeopleOptions {
  /** The files are compressed already. */
  readonly store?: boolean
}

/** `resource` is the root of what is exported. */
export interface OutputContext<Options = unknown> extends WorkContext<Options> {
  readonly tree: ResourceTree
  /** Of the pieces that the output reads: in the tree's order, of one resource by name. */
  readonly pieces: readonly StagedPiece[]
  /** A zip of the files in their order, each opened after the one before it was written. */
  zip(
    files: Iterable<ZipMember> | AsyncIterable<ZipMember>,
    options?: ZipForPeopleOptions,
  ): AsyncIterable<Uint8Array>
  /** Adds to the job's report. */
  finding(finding: NewFinding): void
}

/** What a file name is made of. */
export interface OutputSubject<Options = unknown> {
  readonly resource: ResourceRef
  /** The host's name of it. Absent: it has none any more. */
  readonly name?: string
  readonly options: Options
}

/** `resource` is the root of what is to be exported; `options` are those that are stored. */
export interface OutputCheck<Options = unknown> {
  readonly resource: ResourceRef
  readonly principal: Principal
  readonly options: Options
  /** Aborted when another output has refused, or the request has ended. */
  readonly signal: AbortSignal
}

/** `db`: of the store, or of the transaction in which the host requests. */
export interface OutputEstimate<Options = unknown> extends OutputCheck<Options> {
  readonly db: Queryable
}

/** What an export may end in beside the archive: one file, made of what pieces have written. */
export interface Output<Options = unknown> {
  /** `pack/output`, unique; `archive` is Piecework's own. */
  readonly name: string
  /** Such as `image/tiff`. */
  readonly mediaType: string
  /** Names of the pieces that it reads. Absent: all that the export has. */
  readonly pieces?: readonly string[]
  /** Validated when the job is requested, stored with it. Absent: the output takes no options. */
  readonly options?: Schema<Options>
  /**
   * Called when the export is requested, or tried again, before there is a job; throws what the principal should know at
   * once: a program that is not installed here. Absent: nothing is asked. It ends when the signal does.
   */
  check?(request: OutputCheck<Options>): Promise<void>
  /**
   * Bytes that it will have at most, as far as that is known before it is made: its deliveries are asked whether there is room.
   * Called at request, unless an earlier export of the resource has made it. Undefined: nothing is known.
   */
  estimate?(request: OutputEstimate<Options>): Promise<number | undefined>
  /** For people. What no disk takes is replaced. */
  fileName(subject: OutputSubject<Options>): string
  /**
   * Its bytes, in one pass; another attempt begins again. An attempt that throws leaves nothing.
   */
  assemble(context: OutputContext<Options>): AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>
}
