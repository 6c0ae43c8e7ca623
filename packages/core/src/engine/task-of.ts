import type { Job } from '../contracts/jobs.js'
import type { JobNode } from '../contracts/nodes.js'
import type { Task } from '../contracts/runtime.js'

/**
 * What a runtime gets of the node's next attempt. Of jobs of one priority, those that have a batch behind them come
 * first: a job is ended before another is begun.
 */
export function taskOf(
  job: Pick<Job, 'id' | 'priority' | 'batch'>,
  node: Pick<JobNode, 'id' | 'attempt'>,
): Task {
  const { id } = job
  const priority = 2 * (job.priority ?? 0) + (job.batch > 0 ? 1 : 0)
  return { job: id, node: node.id, attempt: node.attempt, ...(priority !== 0 && { priority }) }
}
