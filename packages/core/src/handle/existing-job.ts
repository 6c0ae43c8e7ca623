import type { Job } from '../contracts/jobs.js'
import type { Store } from '../contracts/store.js'
import { jobArguments } from './job-arguments.js'
import { jobNotFound } from './job-not-found.js'

/** Throws `job-not-found`. */
export async function existingJob(store: Store, id: string, subject = 'job()'): Promise<Job> {
  const job = await store.jobs.get(jobArguments.id(subject, id))
  if (job) return job
  throw jobNotFound(id)
}
