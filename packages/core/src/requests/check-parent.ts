import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { ResourceRef, ResourceTree } from '../contracts/resource.js'
import type { Registry } from '../plan/registry.js'
import { resourceNotFound } from '../plan/resource-not-found.js'
import { lineageOf } from '../plan/source.js'

/**
 * The lineage of what the tree goes into. Throws `options-invalid` if that cannot hold it,
 * `resource-not-found`.
 */
export async function checkParent(
  registry: Registry,
  tree: ResourceTree,
  into: ResourceRef | undefined,
  db: Queryable,
): Promise<readonly ResourceRef[]> {
  const { parent } = registry.kind(tree.kind)
  if (into?.kind !== parent) {
    const wanted = parent ? `goes into a ${parent}; "into" must name one` : 'is a root; "into" cannot hold it'
    throw new PieceworkError('options-invalid', `The ${tree.kind} of this input ${wanted}.`)
  }
  if (!into) return []
  if (!(await registry.kind(into.kind).describe(into, db))) throw resourceNotFound(into)
  return lineageOf(registry, db, into)
}
