import type { Lease, NodeResult } from '../contracts/attempts.js'
import type { Job } from '../contracts/jobs.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { WorkContext } from '../contracts/work-context.js'
import type { EngineDeps } from '../engine/engine-deps.js'
import type { RetentionTtls } from '../retention/expiry.js'
import type { AttemptFindings } from './attempt-findings.js'
import type { ByteCount } from './byte-count.js'

/** One attempt under way. */
export interface AttemptContext extends EngineDeps, RetentionTtls {
  readonly lease: Lease
  readonly signal: AbortSignal
  /** Collected for the report; stored when the attempt ends. */
  readonly findings: AttemptFindings
  readonly bytes: ByteCount
  progress(done: number, total?: number): void
}

/** Does one attempt's work and commits it. */
export type TaskRunner = (attempt: AttemptContext) => Promise<Job>

/**
 * Commits what needs no transaction, unless the attempt was aborted: what was made since may be incomplete.
 */
export function commit(attempt: AttemptContext, result: NodeResult): Promise<Job> {
  return attempt.store.attempts.run(attempt.lease, result, { signal: attempt.signal })
}

/** What every context of a piece holds. */
export function pieceContext(attempt: AttemptContext, piece: string, resource: ResourceRef): WorkContext {
  const { job } = attempt.lease
  return {
    jobId: job.id,
    resource,
    principal: job.principal,
    options: job.request.options[piece],
    signal: attempt.signal,
    progress: (done, total) => attempt.progress(done, total),
  }
}
