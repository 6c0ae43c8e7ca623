import type { Allow } from '../access/allow.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import type { Store } from '../contracts/store.js'
import { fromDraft } from '../drafts/draft-state.js'
import { check } from '../options/check.js'
import { checkArgument, checkOptions } from '../options/check-options.js'
import { required } from '../options/option-checks.js'
import { sameResource } from '../plan/tree.js'
import { type EngineDeps, newRefOf } from '../tasks/work.js'
import { requestInstead } from './export-request.js'
import type { InputRequests } from './input-requests.js'
import type { Requests } from './requests.js'

export interface RetryRequest {
  /** Who asks now; the policy is asked about them. */
  readonly principal: Principal
}

/**
 * A new job that asks for what a failed or cancelled one was asked for. Throws `job-not-found`, `unsupported` for any other job, and
 * `expired` where the uploads of an import are not kept any more.
 */
export type Retry = (id: string, request: RetryRequest) => Promise<Job>

export function createRetry(
  { store, registry }: Pick<EngineDeps, 'registry'> & { readonly store: Store },
  allow: Allow,
  requests: Requests & InputRequests,
): Retry {
  return async (id, request) => {
    checkArgument('retry()', 'the id of the job', id, check.text)
    const { principal } = checkOptions(
      'retry()',
      request,
      { principal: required(check.principal) },
      requestInstead,
    )
    const job = await store.jobs.get(id)
    if (!job) throw new PieceworkError('job-not-found', `There is no job ${id}.`)
    const { kind, tree, target, request: asked, status } = job
    const resource = { kind: tree.kind, id: tree.id }
    if (kind === 'export') await allow(principal, 'export', resource)
    else if (kind === 'clone') await allow(principal, 'clone-from', resource)
    else await allow(principal, 'import', asked.into)
    const refuse = (why: string) => new PieceworkError('unsupported', `Job ${id} ${why}.`)
    if (status !== 'failed' && status !== 'cancelled') throw refuse(`is ${status}: there is nothing to retry`)
    if (fromDraft(job)) throw refuse('was prepared: what it was to fill can only be deleted; prepare it anew')

    const { children, without, name, numberName } = asked
    const source = {
      principal,
      resource,
      ...(job.priority !== undefined && { priority: job.priority }),
      ...(children && { children }),
      ...(without && { without }),
    }
    switch (kind) {
      case 'export':
        return requests.export(source, undefined, job)
      case 'clone':
        return requests.clone(
          { ...source, ...(!numberName && name !== undefined && { name }) },
          undefined,
          job,
        )
      case 'validation':
        if (target && !sameResource(target, newRefOf(registry, job, tree)))
          throw refuse('validated a preparation: validate that again')
    }
    return requests.again(job, principal)
  }
}
