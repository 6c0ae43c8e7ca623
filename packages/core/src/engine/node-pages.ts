import type { JobNode } from '../contracts/nodes.js'
import type { NodePage, Reports } from '../contracts/reports.js'
import { pageSizes } from '../defaults.js'

/** A job's nodes, or those of one batch, in order and in pages. */
export async function* nodePages(
  reports: Reports,
  job: string,
  { limit = pageSizes.nodes, after: first, ...page }: NodePage = {},
): AsyncGenerator<readonly JobNode[]> {
  let after = first
  do {
    const nodes = await reports.nodes(job, { ...page, limit, ...(after && { after }) })
    if (nodes.length > 0) yield nodes
    after = nodes.length === limit ? nodes.at(-1) : undefined
  } while (after)
}

/** All of them; without entries, each is small. */
export async function allNodes(reports: Reports, job: string, batch?: number): Promise<JobNode[]> {
  const nodes: JobNode[] = []
  for await (const page of nodePages(reports, job, batch === undefined ? {} : { batch })) nodes.push(...page)
  return nodes
}
