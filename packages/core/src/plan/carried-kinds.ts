import type { Job } from '../contracts/jobs.js'
import type { ResourceTree } from '../contracts/resource.js'
import { walkTree } from './tree.js'

const kindsOf = new WeakMap<ResourceTree, ReadonlySet<string>>()

/** What a job makes, and what it makes it in. */
export function carriedKinds({ tree, request }: Pick<Job, 'tree' | 'request'>) {
  const kinds = kindsOf.get(tree) ?? new Set(walkTree(tree).map(({ ref }) => ref.kind))
  kindsOf.set(tree, kinds)
  const { into } = request
  return { ...(into && { into }), carries: (kind: string) => kinds.has(kind) }
}
