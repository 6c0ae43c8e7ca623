import type { FollowUpResult } from '../contracts/follow-up-result.js'
import type { Job } from '../contracts/jobs.js'
import type { JobNode } from '../contracts/nodes.js'
import { followUpOf } from './follow-up-nodes.js'

/** The follow-ups among the nodes of a job, in their order. */
export function followUpResults(job: Job, nodes: readonly JobNode[]): readonly FollowUpResult[] {
  return nodes.flatMap((node) => {
    const known = node.task === 'follow-up' ? followUpOf(job, node) : undefined
    if (!known) return []
    const { status, attempt, output, error, startedAt, endedAt } = node
    return [
      {
        key: known.key,
        action: known.request.action,
        status: status === 'skipped' ? 'failed' : status,
        attempt,
        ...(output !== undefined && { output }),
        ...(error && status !== 'done' && { error }),
        ...(startedAt && { startedAt }),
        ...(endedAt && { endedAt }),
      },
    ]
  })
}
