import type { Job } from '../contracts/jobs.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { Store } from '../contracts/store.js'
import { pageSizes } from '../defaults.js'

/** All jobs that have left something in the artifact store, of one resource if it is given. */
export async function* keptJobs(store: Store, resource?: ResourceRef): AsyncGenerator<Job> {
  const limit = pageSizes.retention
  for (let after: string | undefined; ; ) {
    const jobs = await store.retention.list({
      limit,
      ...(resource && { resource }),
      ...(after !== undefined && { after }),
    })
    yield* jobs
    after = jobs.at(-1)?.id
    if (jobs.length < limit) return
  }
}
