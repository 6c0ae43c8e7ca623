import type { Transaction } from './database.js'
import type { JobError } from './errors.js'
import type { Finding } from './finding.js'
import type { JobResult } from './job-result.js'
import type { Job } from './jobs.js'
import type { JobNode, NewNode, NodeCounts, Progress, StagedEntry } from './nodes.js'
import type { Task } from './runtime.js'

/** The right to work on one node, until it lapses or a higher fence is given out. */
export interface Lease {
  readonly job: Job
  readonly node: JobNode
  readonly attempt: number
  /** Grows with every lease of the node; part of every key that the attempt writes outside the database. */
  readonly fence: number
  /** Leases of the node that lapsed: workers that died, or were silent for too long. */
  readonly crashes: number
}

/** An attempt that this worker cannot make, and another one can. */
export interface GivenBack {
  /** The least time until another one begins it. */
  readonly givenBackForMs: number
  /** The error is the node's last one from then on. Absent: that stays. */
  readonly told?: true
}

/** What an attempt leaves behind. */
export interface NodeResult {
  readonly counts?: NodeCounts
  /** The last of it. Absent: what was stored while it ran. */
  readonly progress?: Progress
  readonly findings?: readonly Finding[]
  readonly entries?: readonly StagedEntry[]
  /** In which `entries` were read: they are committed only while it is the job's. */
  readonly moment?: number
  /** Of the piece that wrote `entries`. */
  readonly version?: number
  /** Job that `entries`, or the bytes of an output, were taken over from. */
  readonly reusedFrom?: string
  /** Added to the job, to later batches of pieces than the node's own; with an `error`, none are. */
  readonly nodes?: readonly NewNode[]
  /** Of an export, a follow-up or an output of a pack; plain JSON. */
  readonly output?: unknown
  /** Merged into the job's result. */
  readonly result?: JobResult
  /** The node's work was done, but the job must not go on. */
  readonly error?: JobError
}

/** Makes "a runtime may run a task twice" into "its effect happens once". */
export interface Attempts {
  /**
   * Undefined if nothing is to do: the attempt is over, the node's batch is not the current one, or another
   * worker holds a live lease. Taking over a lapsed lease first ends the database backend of the one before, and commits the
   * higher fence in the node's `database`.
   * Moves the job to `running`.
   */
  begin(task: Task, worker: string): Promise<Lease | undefined>
  /**
   * Runs `work` in a transaction and commits with it: the check of the fence, the mark "done", nodes that it adds,
   * the job's transition and what follows from it. A batch that has no nodes is passed over. Throws `lease-lost` and
   * rolls everything back if the lease is gone.
   * If nothing is to do in the database, `work` may be its result.
   *
   * Of a node with a `database`, `work` runs in a transaction there, which commits with it, once for all attempts: the
   * check of the fence and the result. The store learns it afterwards; an attempt that finds a result there does not run
   * `work`, and tells the store.
   */
  run(
    lease: Lease,
    work: NodeResult | ((tx: Transaction) => Promise<NodeResult>),
    options?: { readonly signal?: AbortSignal },
  ): Promise<Job>
  /**
   * Runs `work` in a transaction of another database, and commits with it, once for all attempts at the node, what it
   * has found. Resolves to that, also if an earlier attempt has committed it. The node goes on. Throws `lease-lost`.
   */
  runIn(
    database: string,
    lease: Lease,
    work: (tx: Transaction) => Promise<readonly Finding[]>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly Finding[]>
  /**
   * Another attempt after `next` ms, or, if that is undefined, the node has failed for good. Given back, it is
   * the same attempt again, by the first worker that comes to it; the node's last error stays. Where the node's `database`
   * does not answer nothing can be recorded: throws `database`, and the lease lapses at once, with `error` as the node's.
   */
  fail(lease: Lease, error: JobError, findings: readonly Finding[], next?: number | GivenBack): Promise<Job>
  /**
   * Prolongs the lease and stores progress. `stopped` is the reason if the job was cancelled or its deadline
   * has passed: then only the leases of the last step and of follow-ups are prolonged, so that an attempt that does not
   * end loses its own. Throws `lease-lost`.
   */
  heartbeat(lease: Lease, progress?: Progress): Promise<{ readonly stopped?: JobError }>
  /**
   * Tasks of unfinished jobs whose lease has lapsed, or that have waited unstarted since before
   * `submittedBefore` or, as what waited in the memory of a worker that died, since before a lease of the
   * same job lapsed; those that wait count as submitted now, so that the next call does not return them
   * again.
   */
  overdue(submittedBefore: Date): Promise<readonly Task[]>
}
