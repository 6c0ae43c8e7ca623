import type { JobReport } from '../handle/job-report.js'
import type { FollowUpList } from './follow-up-request.js'
import type { FollowUpResult } from './follow-up-result.js'
import type { Job } from './jobs.js'
import type { ResourceRef } from './resource.js'
import type { Schema } from './schema.js'

/**
 * What a host does when a job has ended: `createPiecework({ followUps: [followUp] })` registers it, requests name
 * it in `onSuccess`, `onFailure` and `onCancel`.
 */
export interface FollowUp<Input = unknown> {
  /** As requests name it. */
  readonly name: string
  /** Of what a request may say. Checked when it is requested, stored as it was parsed: plain JSON. */
  readonly schema: Schema<Input>
  /**
   * What it returns is kept as its output: plain JSON, 64 kB at most. What it throws is tried again, unless that is a
   * `PieceworkError` that is not `retryable`; `facts.retryAfterMs` of one makes the wait longer.
   */
  run(context: FollowUpContext<Input>): Promise<unknown>
  /** Attempts, the first one included. Default: that of `followUpDefaults`, as of the others. */
  readonly maxAttempts?: number
  /** Wait before the second attempt, in ms; doubles each time. */
  readonly backoffMs?: number
  /** The longest time of one attempt, in ms; then it counts as failed. */
  readonly timeoutMs?: number
}

export interface FollowUpContext<Input = unknown> {
  /**
   * `job/list/index`: the same in every attempt and every process, and of no other. The effect of a follow-up is at
   * least once: hand the key on, for the other side to know a repetition.
   */
  readonly key: string
  readonly list: FollowUpList
  readonly input: Input
  /** As it ended. */
  readonly job: Job
  /** The piece that has failed; absent if it was a step of the job's own, or nothing has failed. */
  readonly failed?: { readonly piece: string; readonly resource: ResourceRef }
  /** Those of the same list before it, which have ended. */
  readonly earlier: readonly FollowUpResult[]
  /** From 1. */
  readonly attempt: number
  readonly signal: AbortSignal
  /** What the job carried and did not carry. */
  report(): Promise<JobReport>
}
