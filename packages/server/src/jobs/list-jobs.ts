import { type Job, type Piecework, PieceworkError, type Principal, type ResourceRef } from '@piecework/core'
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

/** Newest first, of those that the principal may see. Looks through the newest `pageDefaults.most`. */
export async function listJobs(
  piecework: Piecework,
  { principal, resource, requestedBy, after, limit }: JobListing,
  matches: (job: Job) => boolean = () => true,
): Promise<JobPage> {
  const all = await piecework.jobs({ principal, limit: pageDefaults.most, ...(resource && { resource }) })
  const own = all
    .filter((job) => requestedBy === undefined || job.principal.id === requestedBy)
    .filter(matches)
  const from = after === undefined ? 0 : own.findIndex(({ id }) => id === after) + 1
  if (after !== undefined && from === 0)
    throw new PieceworkError('options-invalid', 'The query: "after" is no "next" of a page before.', {
      facts: { option: 'after' },
    })
  const jobs = own.slice(from, from + limit)
  const last = jobs.at(-1)
  return { jobs, ...(last && from + limit < own.length && { next: last.id }) }
}
