import type { Queryable } from './database.js'
import type { ErrorCode } from './errors.js'
import type { FollowUpRequests } from './follow-up-request.js'
import type { NodePart } from './parts.js'
import type { PieceCounts } from './piece-counts.js'
import type { Principal, PrincipalLimit } from './principal.js'
import type { NewRecordEntry } from './records.js'
import type { ResourceRef, ResourceTree } from './resource.js'
import type { Upload } from './upload.js'

export interface Progress {
  /** Rows, or whatever the piece counts. */
  readonly done: number
  readonly total?: number
  /** Of the entries that the attempt has read or written so far. */
  readonly bytes?: number
}

export type JobKind = 'export' | 'import' | 'clone' | 'validation' | 'delivery'
export type JobOutcome = 'succeeded' | 'failed' | 'cancelled'
/**
 * `draft` takes uploads until the import is run; `delivering`: all outputs are finished and no claim is held any
 * more; `ending` drains the batch, removes what must go and frees the claim; the last three are terminal.
 */
export type JobStatus = 'draft' | 'pending' | 'submitted' | 'running' | 'delivering' | 'ending' | JobOutcome

/** What went wrong, for people and programs; never a secret or a stack. */
export interface JobError {
  readonly code: ErrorCode
  readonly message: string
  readonly node?: string
  /** Whether a new job of the same request may succeed. */
  readonly retryable: boolean
}

export interface ArchiveRef {
  /** Key in the artifact store. */
  readonly artifact: string
  readonly size: number
  /** sha256 of the manifest's bytes, hex: equal content, equal digest. */
  readonly digest: string
  /** Of all bytes, hex: another archive of equal content has another one. */
  readonly sha256: string
}

/** Bytes in the artifact store that are kept for a time. */
export interface Kept {
  /** Key in the artifact store. */
  readonly artifact: string
  readonly size: number
  /** Of all bytes, hex. */
  readonly sha256: string
  /** From then on its bytes are not given out any more. */
  readonly expiresAt: Date
  /** Its bytes are gone since then. */
  readonly deletedAt?: Date
}

export interface KeptArchive extends ArchiveRef, Kept {}

/** What an output of a pack has made. */
export interface KeptOutput extends Kept {
  /** The output's. */
  readonly name: string
  readonly mediaType: string
  /** For people; every disk takes it. */
  readonly fileName: string
}

/** A delivery that has succeeded. */
export interface Delivered {
  readonly target: string
  readonly output: string
  readonly key: string
  readonly deliveredAt: Date
  /** Where the file is now, as the target says it. */
  readonly location?: string
}

export interface JobResult {
  /** What an export made. */
  readonly archive?: KeptArchive
  /** What the outputs of packs made of an export; by name. */
  readonly outputs?: readonly KeptOutput[]
  /** What has been delivered; by key. */
  readonly deliveries?: readonly Delivered[]
  /** What an import or clone made. */
  readonly resource?: ResourceRef
  /** A failed or cancelled job keeps until then what a retry begins with: uploads, staged entries. */
  readonly retryUntil?: Date
}

export interface JobInput {
  /** `archive`, or the name of a registered format. */
  readonly format: string
  readonly uploads: readonly Upload[]
}

/** What an export is to make: the output `archive`, or one of a pack. */
export interface JobOutput {
  readonly name: string
  /** As the output's schema has parsed them. */
  readonly options?: unknown
}

/** A file to be delivered. */
export interface JobDelivery {
  /** Name of the target. */
  readonly target: string
  /** `archive`, or the name of a pack's output. */
  readonly output: string
  /** As the target's schema has parsed it. */
  readonly destination: unknown
  /** The same for each request to deliver this output of this job to this destination. */
  readonly key: string
}

/** The request, validated; plain JSON. */
export interface JobRequest extends FollowUpRequests {
  /** By piece name. */
  readonly options: Readonly<Record<string, unknown>>
  readonly name?: string
  readonly description?: string
  /** `name` was generated: `ShellLifecycle.create` numbers it if it is taken. */
  readonly numberName?: true
  readonly input?: JobInput
  /** The files of `input` stay when the job has ended. */
  readonly keepUploads?: true
  /** Parent of the target, unless that is a root. */
  readonly into?: ResourceRef
  /** Those of the source's descendants that go along. Absent: all. */
  readonly children?: readonly ResourceRef[]
  /** Names of pieces to leave out. */
  readonly without?: readonly string[]
  /** What an export makes. Absent: the archive. */
  readonly outputs?: readonly JobOutput[]
  /** What is delivered when all outputs are finished: the last batch has a node for each. */
  readonly deliver?: readonly JobDelivery[]
  /** Of a delivery: the export whose outputs go. */
  readonly delivers?: string
}

/** A new id that was drawn from a sequence. */
export interface DrawnId {
  /** Of the job's tree. */
  readonly source: ResourceRef
  readonly id: string
}

export interface StatusChange {
  readonly status: JobStatus
  readonly at: Date
}

export interface Job {
  readonly id: string
  readonly kind: JobKind
  readonly status: JobStatus
  /** Known before the status is terminal. */
  readonly outcome?: JobOutcome
  readonly error?: JobError
  /**
   * Source of an export or clone; of an import, the exported resource with its old id. Names the tree that
   * the job carries.
   */
  readonly tree: ResourceTree
  /**
   * What an import or clone makes, and a validation would make, unless its id is drawn from a sequence: then
   * only the import draws it.
   */
  readonly target?: ResourceRef
  /**
   * New ids of resources whose ids come from a sequence, drawn when the job was requested. All others follow
   * from the job's id.
   */
  readonly targets?: readonly DrawnId[]
  readonly principal: Principal
  readonly request: JobRequest
  /** Current batch, from 0. Beyond the last step's while follow-ups of a job that has ended run. */
  readonly batch: number
  /** Number of batches; the node `finish` comes after them. */
  readonly batches: number
  readonly result: JobResult
  readonly retryOf?: string
  /** Other jobs whose artifacts this one reads: they stay until it is terminal. */
  readonly reads?: readonly string[]
  /** Whole number; higher first. Default 0. */
  readonly priority?: number
  /** It begins when there is room; stays set if it was cancelled before that. */
  readonly throttled?: true
  /**
   * It is stopped, and its error recorded, when this passes while its pieces may still go on; deliveries are not
   * stopped.
   */
  readonly deadline?: Date
  /** Cancelled, or past its deadline: nothing of it but the last step may go on. */
  readonly stopped?: true
  readonly createdAt: Date
  readonly changes: readonly StatusChange[]
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

/** One deflated file in the artifact store that waits for assembly. */
export interface StagedEntry {
  /** Relative to the node. */
  readonly path: string
  readonly artifact: string
  readonly size: number
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
  /** What it does of the piece. Absent: all. */
  readonly part?: NodePart
  readonly counts?: NodeCounts
  readonly entries?: readonly StagedEntry[]
  /** Of the piece, when it wrote `entries`. */
  readonly version?: number
  /** Job whose finished work this node took over instead of doing it again. */
  readonly reusedFrom?: string
  /** What a follow-up has returned; plain JSON. */
  readonly output?: unknown
  readonly error?: JobError
  readonly progress?: Progress
  readonly startedAt?: Date
  readonly endedAt?: Date
}

export type NewNode = Pick<JobNode, 'id' | 'task' | 'batch' | 'resource' | 'piece' | 'part'>
export type NewJob = Omit<
  Job,
  | 'status'
  | 'outcome'
  | 'error'
  | 'batch'
  | 'result'
  | 'createdAt'
  | 'changes'
  | 'throttled'
  | 'deadline'
  | 'stopped'
> & {
  readonly nodes: readonly NewNode[]
  /** Resource paths that the job holds until it is terminal, or delivering. */
  readonly claims: readonly string[]
  /** Of who has asked for it, added in the same step. */
  readonly record?: NewRecordEntry
  /** Absent: its principal may have any number of jobs. */
  readonly limit?: PrincipalLimit
  /**
   * Jobs of all principals that may be under way when it begins, about: requests at the same moment may be more.
   * Absent: any number.
   */
  readonly concurrentJobs?: number
  /**
   * From its creation (of a draft: from its run) to the end of its last piece. Absent: as long as it takes.
   */
  readonly timeLimitMs?: number
}

export interface JobFilter {
  /** Jobs that read or make this resource. */
  readonly resource?: ResourceRef
  readonly limit?: number
}

/** The truth about jobs. Each method is one atomic step. */
export interface Jobs {
  /**
   * Claims, job, nodes and the outbox item of batch 0, all or nothing; `resource-busy` names the holder,
   * `too-many-jobs` states how many there are. A job that has to wait has no outbox item yet. With `tx`, all
   * of it commits with the host's transaction.
   */
  create(job: NewJob, tx?: Queryable): Promise<Job>
  /** With `tx`, as the host's transaction sees it: it may have the only connection. */
  get(id: string, tx?: Queryable): Promise<Job | undefined>
  /** Newest first. Default limit: `storeDefaults.listedJobs`. */
  list(filter: JobFilter): Promise<readonly Job[]>
  /** The first batch has been handed to the runtime. A job that is further stays as it is. */
  submitted(id: string): Promise<Job>
  /**
   * Records the outcome `cancelled`, with that error, and skips the nodes that wait. Of a job that has
   * failed, what goes on is stopped the same way; its outcome stands. Does nothing if only the last step is
   * left.
   */
  cancel(id: string, error?: JobError): Promise<Job>
}
