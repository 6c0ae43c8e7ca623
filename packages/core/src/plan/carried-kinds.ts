import type { Job } from '../contracts/jobs.js'
import { walkTree } from './tree.js'

/** What a job makes, and what it makes it in. */
export function carriedKinds({ tree, request }: Pick<Job, 'tree' | 'request'>) {
  const kinds = new Set(walkTree(tree).map(({ ref }) => ref.kind))
  const { into } = request
  return { ...(into && { into }), carries: (kind: string) => kinds.has(kind) }
}
