import { allowJob } from '../access/allow-job.js'
import type { Job } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import type { ResourceRef } from '../contracts/resource.js'
import { canonicalRef } from '../plan/canonical-ref.js'
import { resourceNotFound } from '../plan/resource-not-found.js'
import type { RequestDeps } from '../requests/request-deps.js'

/**
 * The import of uploads that makes or has made this resource, for this principal. Throws `resource-not-found`,
 * `forbidden`.
 */
export async function draftOf(
  { registry, store, allow }: Pick<RequestDeps, 'registry' | 'store' | 'allow'>,
  given: ResourceRef,
  principal: Principal | undefined,
): Promise<Job> {
  const resource = await canonicalRef(registry, store.database, given)
  for (const job of await store.jobs.list({ resource, making: true })) {
    if (job.kind !== 'import' || job.request.input?.format === 'archive') continue
    await allowJob(allow, principal, 'draft', job, { absent: () => resourceNotFound(resource) })
    return job
  }
  throw resourceNotFound(resource)
}
