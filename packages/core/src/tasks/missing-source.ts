import type { Queryable } from '../contracts/database.js'
import { isPieceworkError, PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { ResourceRef, ResourceTree } from '../contracts/resource.js'
import type { Registry } from '../plan/registry.js'
import { readTree } from '../plan/source.js'
import { resourceName, walkTree } from '../plan/tree.js'

/**
 * Why an export or a clone cannot be whole: the host has deleted what it reads, or a part of it, meanwhile. Kinds
 * that this process does not know are passed over.
 */
export async function missingSource(
  registry: Registry,
  { kind, tree }: Pick<Job, 'kind' | 'tree'>,
  db: Queryable,
): Promise<PieceworkError | undefined> {
  if (!registry.kinds.has(tree.kind)) return undefined
  const there = await treeNow(registry, tree, db)
  const names = new Set(there && walkTree(there).map(({ ref }) => resourceName(ref)))
  const isGone = (ref: ResourceRef) => registry.kinds.has(ref.kind) && !names.has(resourceName(ref))
  const gone = walkTree(tree).find(({ ref }) => isGone(ref))?.ref
  if (!gone) return undefined
  const done = kind === 'clone' ? 'cloned' : 'exported'
  const message = `The ${gone.kind} ${gone.id} was deleted while it was ${done}.`
  return new PieceworkError('resource-not-found', message)
}

async function treeNow(
  registry: Registry,
  { kind, id }: ResourceRef,
  db: Queryable,
): Promise<ResourceTree | undefined> {
  try {
    return await readTree(registry, db, { kind, id }, undefined)
  } catch (error) {
    if (isPieceworkError(error, 'resource-not-found')) return undefined
    throw error
  }
}
