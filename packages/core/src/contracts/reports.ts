import type { Finding } from './finding.js'
import type { Job } from './jobs.js'
import type { JobNode, NodeTask } from './nodes.js'

/** Sums over the nodes of one task in one batch: their number does not grow with the nodes. */
export interface StageSummary {
  readonly batch: number
  readonly task: NodeTask
  /** Nodes of it; each has one of the five statuses that follow. */
  readonly nodes: number
  readonly waiting: number
  readonly running: number
  readonly done: number
  readonly failed: number
  readonly skipped: number
  /** Nodes that are about a piece, and those of them that are done. */
  readonly pieces: number
  readonly piecesDone: number
  /** Nodes whose attempt is not the first. */
  readonly retried: number
  /** Of the counts of its nodes. */
  readonly rows: number
  readonly skippedRows: number
  readonly bytes: number
  /** What nodes that have not counted anything yet say of their progress. */
  readonly reported: StageProgress
  /** When the first of its nodes began. */
  readonly startedAt?: Date
}

export interface StageProgress {
  readonly rows: number
  readonly bytes: number
  /** Of nodes that run and know their total: the sum of what is done of each, from 0 to 1. */
  readonly nodes: number
}

/** A job as it stands at one moment. */
export interface JobSummary {
  readonly job: Job
  /** Grows with each change of the job or of one of its nodes. */
  readonly revision: number
  /** In order of batch and task. */
  readonly stages: readonly StageSummary[]
  /** Nodes that run, without their `entries`: the first `storeDefaults.listedRunning` by id. */
  readonly running: readonly JobNode[]
}

export interface NodePage {
  /** Absent: of all batches. */
  readonly batch?: number
  /** Those that come after this one in order of batch and id. */
  readonly after?: Pick<JobNode, 'batch' | 'id'>
  /** Absent: all. */
  readonly limit?: number
  /** Also what exporters have returned, the `output` of exports. It may be long, and is left out otherwise. */
  readonly results?: true
}

/** What a job did and found. */
export interface Reports {
  /** Made in one step. Undefined if there is no such job. */
  summary(job: string): Promise<JobSummary | undefined>
  /** In order of batch and id. */
  nodes(job: string, page?: NodePage): Promise<readonly JobNode[]>
  node(job: string, id: string): Promise<JobNode | undefined>
  /** Errors first; of one node if it is given. Default limit: `storeDefaults.listedFindings`. */
  findings(job: string, limit?: number, node?: string): Promise<readonly Finding[]>
  /**
   * Whether nothing of what a failed or cancelled export had claimed can have changed since it was created:
   * it was not claimed to be changed, edited, or checked for being editable. False if that is not known.
   */
  untouched(job: string): Promise<boolean>
}
