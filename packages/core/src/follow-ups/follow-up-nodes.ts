import type { FollowUpList, FollowUpRequest } from '../contracts/follow-up-request.js'
import type { Job, JobOutcome } from '../contracts/jobs.js'
import type { JobNode, NewNode } from '../contracts/nodes.js'

const lists: Readonly<Record<JobOutcome, FollowUpList>> = {
  succeeded: 'onSuccess',
  failed: 'onFailure',
  cancelled: 'onCancel',
}

interface Following {
  readonly list: FollowUpList
  readonly requests: readonly FollowUpRequest[]
}

/** What follows the outcome of a job. */
function following({ outcome, request }: Pick<Job, 'outcome' | 'request'>): Following {
  const list = lists[outcome ?? 'cancelled']
  return { list, requests: (outcome && request[list]) ?? [] }
}

/** One batch each, behind the last step: so they run in their order. */
export function followUpNodes(job: Pick<Job, 'outcome' | 'request' | 'batches'>): readonly NewNode[] {
  const { list, requests } = following(job)
  return requests.map((_, index) => ({
    id: `follow-up ${list}/${index}`,
    task: 'follow-up' as const,
    batch: job.batches + 1 + index,
  }))
}

/** What was requested of the node. */
export function followUpOf(
  job: Job,
  node: Pick<JobNode, 'batch'>,
): { readonly list: FollowUpList; readonly key: string; readonly request: FollowUpRequest } | undefined {
  const { list, requests } = following(job)
  const index = node.batch - job.batches - 1
  const request = requests[index]
  return request && { list, key: `${job.id}/${list}/${index}`, request }
}
