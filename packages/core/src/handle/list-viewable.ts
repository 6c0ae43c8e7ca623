import type { Allow } from '../access/allow.js'
import { mayView } from '../access/allow-job.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Job, JobFilter } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import type { Store } from '../contracts/store.js'
import { pageSizes, storeDefaults } from '../defaults.js'

/**
 * Jobs that the principal may see, up to the limit: looks further where it may not see some, past so many in a row.
 * Throws `options-invalid`.
 */
export async function listViewable(
  { store, allow }: { readonly store: Store; readonly allow: Allow },
  principal: Principal | undefined,
  { after: first, limit = storeDefaults.listedJobs, ...filter }: JobFilter,
): Promise<readonly Job[]> {
  const last = first === undefined ? undefined : await store.jobs.get(first)
  if (first !== undefined && !(last && (await mayView(allow, principal, last)))) throw noJob(first)
  const seen: Job[] = []
  let after = first
  let unseen = 0
  for (let asked = Math.min(pageSizes.jobs, limit); ; ) {
    const page = await store.jobs.list({ ...filter, ...(after !== undefined && { after }), limit: asked })
    for (const job of page) {
      if (seen.length === limit || unseen === storeDefaults.unseenJobs) return seen
      const isSeen = await mayView(allow, principal, job)
      if (isSeen) seen.push(job)
      unseen = isSeen ? 0 : unseen + 1
    }
    if (page.length < asked || seen.length === limit) return seen
    after = page.at(-1)?.id
    asked = Math.min(pageSizes.jobs, Math.max(limit - seen.length, pageSizes.jobsAfterUnseen))
  }
}

/** Nor one that the principal may not view: whether it is there is not its business. */
function noJob(after: string): PieceworkError {
  return new PieceworkError(
    'options-invalid',
    `jobs(): there is no job ${after.slice(0, 100)} to begin after.`,
    { facts: { option: 'after' } },
  )
}
