import type { Environment } from '../contracts/environment.js'
import type { JobError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { Store } from '../contracts/store.js'

export interface JobSweepDeps {
  readonly store: Store
  readonly environment: Environment
  /** Called with the job after each change. */
  report(job: Job): void
}

/**
 * Stops jobs past their deadline, submits those that have room, and cancels drafts that were left alone.
 * Needs no runtime: that may be away, and take seconds to refuse each task.
 */
export async function sweepJobs(
  { store, environment, report }: JobSweepDeps,
  { draftTtlMs }: { readonly draftTtlMs: number },
): Promise<void> {
  for (const job of await store.limits.expire()) report(job)
  await store.limits.admit()
  for (const id of await store.drafts.idle(new Date(environment.now() - draftTtlMs))) {
    report(await store.jobs.cancel(id, idleDraft))
  }
}

const idleDraft: JobError = {
  code: 'expired',
  message: 'This import was left unfinished for too long; its uploads have been removed.',
  retryable: false,
}
