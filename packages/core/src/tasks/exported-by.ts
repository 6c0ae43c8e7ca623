import type { JobNode } from '../contracts/jobs.js'
import { resourceName } from '../plan/tree.js'

/** The nodes that have exported something, by resource; of one resource by piece. */
export function exportedBy(nodes: readonly JobNode[]): ReadonlyMap<string, readonly JobNode[]> {
  const byResource = new Map<string, JobNode[]>()
  for (const node of nodes) {
    if (node.task !== 'export' || !node.resource) continue
    const name = resourceName(node.resource)
    const own = byResource.get(name) ?? []
    own.push(node)
    byResource.set(name, own)
  }
  for (const own of byResource.values()) own.sort((a, b) => compare(a.piece, b.piece))
  return byResource
}

export function compare(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0
}
