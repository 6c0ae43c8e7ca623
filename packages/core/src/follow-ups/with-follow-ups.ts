import { isDeepStrictEqual } from 'node:util'
import { PieceworkError } from '../contracts/errors.js'
import type { FollowUpList, FollowUpRequests } from '../contracts/follow-up-request.js'
import type { Job } from '../contracts/jobs.js'
import { followUpDefaults } from '../defaults.js'
import { isTerminal } from '../engine/machine.js'

export const followUpLists: readonly FollowUpList[] = ['onSuccess', 'onFailure', 'onCancel']

/**
 * The job with more that follows its end, behind what does already; what is listed is not listed twice. The same job if
 * there is no more. Throws `unsupported` of one that has ended, `options-invalid` for more than there may be.
 */
export function withFollowUps(job: Job, more: FollowUpRequests): Job {
  if (isTerminal(job.status))
    throw new PieceworkError('unsupported', `Job ${job.id} has ended: what follows it has begun.`)
  const lists: { -readonly [List in FollowUpList]?: FollowUpRequests[List] } = {}
  for (const name of followUpLists) {
    const listed = [...(job.request[name] ?? [])]
    const before = listed.length
    for (const one of more[name] ?? [])
      if (!listed.some((other) => isDeepStrictEqual(other, one))) listed.push(one)
    if (listed.length === before) continue
    assertListed(name, listed.length)
    lists[name] = listed
  }
  return Object.keys(lists).length === 0 ? job : { ...job, request: { ...job.request, ...lists } }
}

/** Throws `options-invalid`. */
export function assertListed(name: FollowUpList, count: number): void {
  const { listed } = followUpDefaults
  if (count <= listed) return
  throw new PieceworkError('options-invalid', `${name} has ${count} follow-ups; ${listed} may be.`)
}

/** What follows the end, of all that was requested. */
export function followUpsOf(request: FollowUpRequests): FollowUpRequests {
  const found = followUpLists.flatMap((name) => (request[name] ? [[name, request[name]] as const] : []))
  return Object.fromEntries(found)
}
