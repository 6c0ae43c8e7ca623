import type { Job, Piecework, Principal, ResourceRef } from '@piecework/core'

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

/** Newest first, of those that the principal may see. Throws `options-invalid` for an `after` that is no job. */
export async function listJobs(
  piecework: Piecework,
  { limit, after: first, ...filter }: JobListing,
  matches: (job: Job) => boolean = () => true,
): Promise<JobPage> {
  const found: Job[] = []
  let after = first
  for (;;) {
    // One more says whether there is a next page.
    const asked = limit + 1
    const page = await piecework.jobs({ ...filter, limit: asked, ...(after !== undefined && { after }) })
    found.push(...page.filter(matches))
    after = page.at(-1)?.id
    if (found.length > limit || page.length < asked) break
  }
  const jobs = found.slice(0, limit)
  const last = jobs.at(-1)
  return { jobs, ...(last && found.length > limit && { next: last.id }) }
}
