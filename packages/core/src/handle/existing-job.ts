import { PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { Store } from '../contracts/store.js'
import { jobArguments } from './job-arguments.js'

/** Throws `job-not-found`. */
export async function existingJob(store: Store, id: string, subject = 'job()'): Promise<Job> {
  const job = await store.jobs.get(jobArguments.id(subject, id))
  if (job) return job
  const why = 'the transaction that requested it may not have committed'
  throw new PieceworkError('job-not-found', `There is no job ${id}; ${why}.`)
}
