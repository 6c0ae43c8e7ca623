import type { JobNode } from '../contracts/nodes.js'
import type { Reports } from '../contracts/reports.js'
import { pageSizes } from '../defaults.js'

/** A job's nodes, or those of one batch, in order and in pages. */
export async function* nodePages(
  reports: Reports,
  job: string,
  batch?: number,
): AsyncGenerator<readonly JobNode[]> {
  const limit = pageSizes.nodes
  let after: JobNode | undefined
  do {
    const page = await reports.nodes(job, {
      limit,
      ...(batch !== undefined && { batch }),
      ...(after && { after }),
    })
    if (page.length > 0) yield page
    after = page.length === limit ? page.at(-1) : undefined
  } while (after)
}

/** All of them; without entries, each is small. */
export async function allNodes(reports: Reports, job: string, batch?: number): Promise<JobNode[]> {
  const nodes: JobNode[] = []
  for await (const page of nodePages(reports, job, batch)) nodes.push(...page)
  return nodes
}
