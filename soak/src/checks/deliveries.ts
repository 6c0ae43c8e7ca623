import type { Job } from '@piecework/core'
import { type Problem, problem } from '../problem.js'

/** The node of one of a job's deliveries. */
export interface DeliveryNode {
  readonly id: string
  readonly status: string
  readonly error?: string | undefined
}

/**
 * A job that has succeeded has delivered all, once; of one that has not, it is told of each what has become of it, and
 * the job's error names a delivery that has failed.
 */
export function deliveriesTold(
  { id, outcome, error, request, result }: Pick<Job, 'id' | 'outcome' | 'error' | 'request' | 'result'>,
  nodes: readonly DeliveryNode[],
): readonly Problem[] {
  const problems: Problem[] = []
  const failed: string[] = []
  for (const [place, { target, key, output }] of (request.deliver ?? []).entries()) {
    const name = `deliver ${place + 1} ${target}`
    const node = nodes.find((one) => one.id === name)
    const receipts = (result.deliveries ?? []).filter((one) => one.key === key).length
    const what = `${name} (${output}) of job ${id}`
    if (receipts > 1) problems.push(problem('doubled', `${what} has ${receipts} receipts`))
    if (receipts === 0 && outcome === 'succeeded')
      problems.push(problem('lost', `${what} is not delivered, and the job has succeeded`))
    if (receipts > 0 !== (node?.status === 'done'))
      problems.push(problem('wrong', `${what} is ${node?.status}, with ${receipts} receipts`))
    if (node?.status !== 'failed') continue
    failed.push(name)
    if (!node.error) problems.push(problem('wrong', `${what} has failed, and its report has no error`))
  }
  if (failed.length > 0 && outcome === 'failed' && error?.node === undefined)
    problems.push(problem('wrong', `job ${id} has failed, and does not tell which delivery has`))
  return problems
}
