import type { JobError } from './errors.js'
import type { NodePart } from './parts.js'
import type { PieceCounts } from './piece-counts.js'
import type { ResourceRef } from './resource.js'

export interface Progress {
  /** Rows, or whatever the piece counts. */
  readonly done: number
  readonly total?: number
  /** Of the entries that the attempt has read or written so far. */
  readonly bytes?: number
}

export type NodeTask =
  | 'validate'
  | 'plan'
  | 'export'
  | 'assemble'
  | 'deliver'
  | 'keys'
  | 'shells'
  | 'import'
  | 'clone'
  | 'finish'
  | 'follow-up'
/** `skipped`: the job ended before it came to this node. */
export type NodeStatus = 'waiting' | 'running' | 'done' | 'failed' | 'skipped'

/** One file in the artifact store that waits for assembly: deflated, or stored as it is. */
export interface StagedEntry {
  /** Relative to the node. */
  readonly path: string
  readonly artifact: string
  readonly size: number
  /** Not deflated: what is said of the deflated bytes is of these. */
  readonly stored?: true
  readonly deflatedSize: number
  /** Of the deflated bytes. */
  readonly deflatedCrc32: number
  readonly sha256: string
  readonly crc32: number
  readonly rows?: number
  /** Of a table's columns, in the order of its header. */
  readonly types?: readonly string[]
  /** Of the longest record, if it is longer than readers expect. */
  readonly recordBytes?: number
}

export interface NodeCounts extends PieceCounts {
  /**
   * Of the entries that it wrote (export) or read (import); what was read twice counts twice. Absent: none,
   * as in a clone.
   */
  readonly bytes?: number
}

/**
 * One piece of one resource in a job's plan, a part of it, one of the job's own steps (`assemble`, `deliver`, `shells`,
 * `finish`), or a follow-up of a job that has ended (`follow-up onSuccess/0`).
 */
export interface JobNode {
  /** Unique in its job: `validate|import|… <kind>:<id> <piece>`, with `#000001` of a part, or the step's name. */
  readonly id: string
  readonly task: NodeTask
  readonly batch: number
  readonly status: NodeStatus
  /** Number of the current or next attempt, from 1. */
  readonly attempt: number
  /** Source of an export or clone; the exported resource with its old id for an import. Absent for steps. */
  readonly resource?: ResourceRef
  readonly piece?: string
  /** Name of the database in which it writes the piece's rows. Absent: the store's. */
  readonly database?: string
  /** What it does of the piece. Absent: all. */
  readonly part?: NodePart
  /** Of the plan of an import: batches after its own that are kept for its parts. */
  readonly steps?: number
  readonly counts?: NodeCounts
  /** Of the plan of an export: what is common to its parts, as JSON. */
  readonly entries?: readonly StagedEntry[]
  /** Of the piece, when it wrote `entries`. */
  readonly version?: number
  /** Number of the job's moment at which `entries` were read. */
  readonly moment?: number
  /** Job whose finished work this node took over instead of doing it again. */
  readonly reusedFrom?: string
  /** What an exporter or a follow-up has returned, or where the bytes of an output are; plain JSON. */
  readonly output?: unknown
  /** Of its last attempt, until it is done. */
  readonly error?: JobError
  readonly progress?: Progress
  readonly startedAt?: Date
  readonly endedAt?: Date
}

export type NewNode = Pick<
  JobNode,
  'id' | 'task' | 'batch' | 'resource' | 'piece' | 'database' | 'part' | 'steps'
>
