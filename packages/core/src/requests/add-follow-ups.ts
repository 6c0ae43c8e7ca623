import { forbidden } from '../access/allow.js'
import { allowJob, resourceOf } from '../access/allow-job.js'
import { PieceworkError } from '../contracts/errors.js'
import type { FollowUpRequests } from '../contracts/follow-up-request.js'
import type { Job } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import { followUpChecks, requestedFollowUps } from '../follow-ups/requested-follow-ups.js'
import { existingJob } from '../handle/existing-job.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import { type OptionChecks, required } from '../options/option-checks.js'
import type { Recorder } from '../record/recorder.js'
import type { RequestDeps } from './request-deps.js'

export interface FollowUpsRequest extends FollowUpRequests {
  /** Who has asked for the job: what follows it is told to them. */
  readonly principal: Principal
}

const checks: OptionChecks<FollowUpsRequest> = { principal: required(check.principal), ...followUpChecks }

/** Adds to what follows the end of a job. Throws `job-not-found`, `forbidden`, `unsupported`, `options-invalid`. */
export async function addFollowUps(
  { store, allow, followUps, recorder }: RequestDeps & { readonly recorder: Recorder },
  id: string,
  given: FollowUpsRequest,
): Promise<Job> {
  const { principal, ...lists } = checkOptions('addFollowUps()', given, checks)
  const job = await existingJob(store, id, 'addFollowUps()')
  await allowJob(allow, principal, 'follow-up', job)
  // A recipient "self" is the job's principal, not the one who adds it.
  if (principal.id !== job.principal.id) throw forbidden('follow-up')
  const more = requestedFollowUps(followUps, lists)
  if (Object.keys(more).length === 0)
    throw new PieceworkError('options-invalid', 'addFollowUps(): there is no follow-up in it.')
  const about = { principal, action: 'follow-up' as const, resource: resourceOf(job), job }
  await recorder.allowed(about)
  return recorder.failing(about, store.jobs.follow(id, more))
}
