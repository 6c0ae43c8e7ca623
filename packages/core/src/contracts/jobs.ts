import type { Queryable } from './database.js'
import type { JobError } from './errors.js'
import type { FollowUpRequests } from './follow-up-request.js'
import type { JobRequest } from './job-request.js'
import type { JobResult } from './job-result.js'
import type { NewNode } from './nodes.js'
import type { Principal, PrincipalLimit } from './principal.js'
import type { NewRecordEntry } from './records.js'
import type { ResourceRef, ResourceTree } from './resource.js'

export type JobKind = 'export' | 'import' | 'clone' | 'validation' | 'delivery'
export type JobOutcome = 'succeeded' | 'failed' | 'cancelled'
/**
 * `draft` takes uploads until the import is run; `delivering`: all outputs are finished and no claim is held any
 * more; `ending` drains the batch, removes what must go and frees the claim; the last three are terminal.
 */
export type JobStatus = 'draft' | 'pending' | 'submitted' | 'running' | 'delivering' | 'ending' | JobOutcome

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
  /** Of an export whose nodes read at one moment: when that was. */
  readonly snapshotTakenAt?: Date
  readonly createdAt: Date
  readonly changes: readonly StatusChange[]
}

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
  | 'snapshotTakenAt'
> & {
  readonly nodes: readonly NewNode[]
  /** Resource paths that the job holds until it is terminal, or delivering. */
  readonly claims: readonly string[]
  /** Of who has asked for it, added in the same step. */
  readonly record?: NewRecordEntry
  /** Unique for its principal; kept with the job. */
  readonly requestKey?: RequestKey
  /** Id of the principal whose key it is. Default: that of the job's principal. */
  readonly requestKeyOf?: string
  /**
   * Of a delivery: it makes none that another job of the same export has made, or is to make. Looked at in the same step:
   * throws `delivery-taken` with the `key`.
   */
  readonly deliversOnce?: true
  /**
   * Id of the upload that it imports, which is finished in the same step: it was made for this job. Throws
   * `upload-not-found`, and `uploads-closed` if it is finished already.
   */
  readonly upload?: string
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
  /** With `resource`: of these jobs the imports and clones that make it. */
  readonly making?: true
  /** Id of the principal that has requested them. */
  readonly requestedBy?: string
  /** Id of the last job of the page before: those that were created before it. */
  readonly after?: string
  readonly limit?: number
}

/** A name that a principal gives a request, so that it makes one job however often it comes. */
export interface RequestKey {
  /** At most `requestKeyDefaults.keyCharacters`. */
  readonly key: string
  /** The same for the same request: of what it asks for, a hash for instance. */
  readonly digest: string
}

/** The job that a request with a key has made. */
export interface KeyedJob {
  readonly job: string
  readonly digest: string
}

/** The truth about jobs. Each method is one atomic step. */
export interface Jobs {
  /**
   * Claims, job, nodes and the outbox item of batch 0, all or nothing; `resource-busy` names the holder,
   * `too-many-jobs` states how many there are, `request-key-used` comes before both, and before `delivery-taken`; `expired` if it reads what another job has left
   * longer ago than that is kept, and is not an export, which reads anew. A job that has to wait has no outbox item yet. With `tx`, all
   * of it commits with the host's transaction.
   */
  create(job: NewJob, tx?: Queryable): Promise<Job>
  /** With `tx`, as the host's transaction sees it: it may have the only connection. */
  get(id: string, tx?: Queryable): Promise<Job | undefined>
  /** Of the job, for whom waits for its end, without all else, which may be large. Absent: `get` is asked. */
  status?(id: string): Promise<JobStatus | undefined>
  /** What the principal's request of this key has made. */
  byRequestKey(principal: string, key: string, tx?: Queryable): Promise<KeyedJob | undefined>
  /** Newest first. Default limit: `storeDefaults.listedJobs`. None after a job that is not there. */
  list(filter: JobFilter): Promise<readonly Job[]>
  /** The first batch has been handed to the runtime. A job that is further stays as it is. */
  submitted(id: string): Promise<Job>
  /**
   * Records the outcome `cancelled`, with that error, and skips the nodes that wait. Of a job that has
   * failed, what goes on is stopped the same way; its outcome stands. Does nothing if only the last step is
   * left.
   */
  cancel(id: string, error?: JobError): Promise<Job>
  /** The same of a job whose request is refused after all: its request key is free again. */
  withdraw(id: string): Promise<Job>
  /**
   * More that follows the end of a job, behind what does already; what is listed is not listed twice. `unsupported` of a
   * job that has ended, `options-invalid` for more than there may be.
   */
  follow(id: string, more: FollowUpRequests): Promise<Job>
}
