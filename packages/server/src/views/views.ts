import type { Finding, JobStatus, ResourceRef } from '@piecework/core'

/** Something of a job that can be downloaded. */
export interface FileView {
  /** `archive`, or the output's. */
  readonly name: string
  /** In bytes. */
  readonly size: number
  /** Of all bytes, hex; the ETag of the download. */
  readonly sha256: string
  readonly mediaType: string
  readonly fileName?: string
  readonly expiresAt: string
  /** Absent: it is not given out any more. */
  readonly href?: string
}

export interface JobView {
  readonly id: string
  readonly kind: 'export' | 'import' | 'clone' | 'validation' | 'delivery'
  readonly status: JobStatus
  /** That what it makes was to get, where the request says one. */
  readonly name?: string
  readonly outcome?: string
  readonly error?: { readonly code: string; readonly message: string; readonly retryable: boolean }
  /** What an export or a clone reads. */
  readonly source?: ResourceRef
  /** Of what is imported: `archive`, or its name. */
  readonly format?: string
  /** Of an archive that is imported: its name, where it came with one. */
  readonly fileName?: string
  /** What an import or a clone makes, or is to make of what a validation looks at. */
  readonly resource?: ResourceRef
  /** Id of the principal. */
  readonly requestedBy: string
  readonly createdAt: string
  readonly endedAt?: string
  /** It waits for its turn, or was cancelled while it did. */
  readonly throttled?: true
  readonly retryOf?: string
  /** Of a job that has succeeded: how many warnings it has. */
  readonly warnings?: number
  /** Until then a retry finds what it begins with. */
  readonly retryUntil?: string
  readonly files: readonly FileView[]
  readonly links: { readonly self: string; readonly events: string }
}

export interface StepView {
  readonly id: string
  readonly task: string
  readonly batch: number
  readonly status: string
  /** From 1. */
  readonly attempt: number
  readonly resource?: ResourceRef
  readonly piece?: string
  readonly rows?: number
  readonly skipped?: number
  readonly progress?: { readonly done: number; readonly total?: number }
  readonly error?: { readonly code: string; readonly message: string; readonly retryable: boolean }
  readonly startedAt?: string
  readonly endedAt?: string
}

/** Sums over the steps of one task in one batch. */
export interface StageView {
  readonly batch: number
  readonly task: string
  readonly nodes: number
  readonly waiting: number
  readonly running: number
  readonly done: number
  readonly failed: number
  readonly skipped: number
  readonly rows: number
}

interface ProgressView {
  readonly batches: number
  readonly batchesDone: number
  readonly pieces: number
  readonly piecesDone: number
  readonly rows: number
  readonly bytes: number
  /** Estimated, in ms. */
  readonly remainingMs?: number
}

/** A job as it stands; the events of its stream are these. */
export interface JobStateView {
  readonly job: JobView
  /** Grows with each change. */
  readonly revision: number
  readonly steps: number
  readonly stepsDone: number
  readonly stages: readonly StageView[]
  readonly running: readonly StepView[]
  readonly progress: ProgressView
}

export interface Page<T> {
  readonly items: readonly T[]
  /** For `after` of the next page. Absent: this is the last. */
  readonly next?: string
}

export interface FindingsView extends Page<Finding> {
  readonly errors: number
  readonly warnings: number
  /** What to do first, in one sentence. */
  readonly firstStep: string
}
