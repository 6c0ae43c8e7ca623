import type { Job, JobNode } from '../contracts/jobs.js'
import type { Task } from '../contracts/runtime.js'

/** What a runtime gets of the node's next attempt. */
export function taskOf(job: Pick<Job, 'id' | 'priority'>, node: Pick<JobNode, 'id' | 'attempt'>): Task {
  const { id, priority = 0 } = job
  return { job: id, node: node.id, attempt: node.attempt, ...(priority !== 0 && { priority }) }
}
