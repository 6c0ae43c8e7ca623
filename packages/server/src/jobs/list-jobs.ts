import type { Job, Piecework, Principal, ResourceRef } from '@piecework/core'
import { pageDefaults } from '../defaults.js'

export interface JobListing {
  readonly principal: Principal
  readonly resource?: ResourceRef
  /** Id of the principal who has asked for them. */
  readonly requestedBy?: string
  /** Id of the last job of the page before. */
  readonly after?: string
  readonly limit: number
}

export interface JobPage {
  readonly jobs: readonly Job[]
  readonly next?: string
}

/**
 * Newest first, of those that the principal may see. A page looks through so many at most: then the next one goes on
 * behind the last of them. Throws `options-invalid` for an `after` that is no job.
 */
export async function listJobs(
  piecework: Pick<Piecework, 'jobs'>,
  { limit, after: first, ...filter }: JobListing,
  matches?: (job: Job) => boolean,
): Promise<JobPage> {
  // One more says whether there is a next page.
  const asked = matches ? pageDefaults.most : limit + 1
  const page = await piecework.jobs({ ...filter, limit: asked, ...(first !== undefined && { after: first }) })
  const found = matches ? page.filter(matches) : page
  const jobs = found.slice(0, limit)
  const last = found.length > limit ? jobs.at(-1) : matches && page.length === asked && page.at(-1)
  return { jobs, ...(last && { next: last.id }) }
}
