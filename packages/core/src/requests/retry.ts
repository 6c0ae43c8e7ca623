import { allowJob } from '../access/allow-job.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Job, RequestKey } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import { fromDraft } from '../drafts/draft-state.js'
import { existingJob } from '../handle/existing-job.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import { type OptionChecks, required } from '../options/option-checks.js'
import { madeOutputs } from '../outputs/made-output.js'
import { newRefOf } from '../plan/new-ref-of.js'
import { sameResource } from '../plan/tree.js'
import { requestInstead } from './export-request.js'
import type { Redeliver } from './redeliver.js'
import type { RequestDeps } from './request-deps.js'
import { requestKeyCheck } from './request-key.js'
import type { Requests } from './requests.js'

export interface RetryRequest {
  /** Of the retry; the access policy is applied to it. */
  readonly principal: Principal
  /** As of other requests. */
  readonly requestKey?: RequestKey
}

const retryChecks: OptionChecks<RetryRequest> = {
  principal: required(check.principal),
  requestKey: requestKeyCheck,
}

/**
 * A new job with the request of a failed or cancelled one. Where all had been made and is kept, it delivers what was not
 * delivered. Throws `job-not-found`, `unsupported` for any other job, and `expired` when the uploads of an import are not
 * kept any more.
 */
export type Retry = (id: string, request: RetryRequest) => Promise<Job>

export function createRetry(
  { store, registry, allow, environment }: Pick<RequestDeps, 'store' | 'registry' | 'allow' | 'environment'>,
  requests: Requests,
  redeliver: Redeliver,
): Retry {
  return async (id, given) => {
    const asked = checkOptions('retry()', given, retryChecks, requestInstead)
    const { principal } = asked
    const job = await existingJob(store, id, 'retry()')
    await allowJob(allow, principal, 'retry', job)
    const { kind, tree, target, request, status } = job
    const refuse = (why: string) => new PieceworkError('unsupported', `Job ${id} ${why}.`)
    if (status !== 'failed' && status !== 'cancelled') throw refuse(`is ${status}: there is nothing to retry`)
    if (fromDraft(job))
      throw refuse('was run from a draft: what it was to fill can only be deleted; create a new draft')

    if (kind === 'delivery' || canRedeliver(job, environment.now())) return redeliver(id, asked)
    const { children, without, name, numberName, claim } = request
    const source = {
      ...asked,
      resource: { kind: tree.kind, id: tree.id },
      ...(job.priority !== undefined && { priority: job.priority }),
      ...(children && { children }),
      ...(without && { without }),
    }
    switch (kind) {
      case 'export':
        return requests.export({ ...source, ...(claim === false && { claim }) }, undefined, job)
      case 'clone':
        return requests.clone(
          { ...source, ...(!numberName && name !== undefined && { name }) },
          undefined,
          job,
        )
      case 'validation':
        if (job.targets || (target && !sameResource(target, newRefOf(registry, job, tree))))
          throw refuse('validated a draft: validate that again')
    }
    return requests.again(job, asked)
  }
}

/** Whether all that it has made is kept, and only deliveries are missing. */
function canRedeliver(job: Job, now: number): boolean {
  const made = madeOutputs(job)
  return made.length > 0 && made.every(({ expiresAt, deletedAt }) => !deletedAt && expiresAt.getTime() > now)
}
