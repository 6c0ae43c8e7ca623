import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Job, KeyedJob } from '../contracts/jobs.js'
import type { Store } from '../contracts/store.js'
import { existingJob } from '../handle/existing-job.js'
import { check } from '../options/check.js'
import { checkArgument } from '../options/check-options.js'
import { type KeyedRequest, requestKeyCheck } from './request-key.js'

/** How a request is answered. */
interface Answer<T> {
  /** Makes the job. */
  make(): Promise<T>
  /** From the job that the same request has made before; asks the access policy. */
  from(job: Job): Promise<T>
  readonly tx?: Queryable | undefined
}

/**
 * Makes one job of any number of requests with the same key: the others are answered from it, also when they come while
 * it is made. Throws `request-key-used` if the key belongs to another request.
 */
export type RequestOnce = <T>(
  subject: string,
  request: KeyedRequest | undefined,
  answer: Answer<T>,
) => Promise<T>

export function createRequestOnce(store: Store): RequestOnce {
  return async (subject, request, { make, from, tx }) => {
    if (request?.requestKey === undefined) return make()
    const principal = checkArgument(subject, 'principal', request.principal, check.principal)
    const { key, digest } = checkArgument(subject, 'requestKey', request.requestKey, requestKeyCheck)
    const known = async (): Promise<KeyedJob | undefined> => store.jobs.byRequestKey(principal.id, key, tx)
    const repeated = async (made: KeyedJob) => {
      if (made.digest !== digest) throw otherRequest(key, made)
      return from(await existingJob(store, made.job, subject))
    }
    const before = await known()
    if (before) return repeated(before)
    try {
      return await make()
    } catch (error) {
      // The same request may have come at the same time, and have been first: then whatever failed here failed because of it.
      // In a transaction that has failed nothing can be looked up any more.
      const first = await known().catch(() => undefined)
      if (first) return repeated(first)
      throw error
    }
  }
}

function otherRequest(key: string, { job }: KeyedJob): PieceworkError {
  return new PieceworkError(
    'request-key-used',
    `The key ${JSON.stringify(key)} was used for another request, which made job ${job}: a new request needs a new key.`,
    { facts: { job } },
  )
}
