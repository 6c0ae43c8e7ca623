import type { Queryable } from '../contracts/database.js'
import { isPieceworkError } from '../contracts/errors.js'
import type { Job, JobError } from '../contracts/jobs.js'
import type { ResourceRef, ResourceTree } from '../contracts/resource.js'
import type { Registry } from '../plan/registry.js'
import { readTree } from '../plan/source.js'
import { resourceName, walkTree } from '../plan/tree.js'

/**
 * What of an export's or a clone's source the host has deleted since the job was planned: pieces may have read
 * nothing of it. Kinds that this process does not know are passed over.
 */
export async function goneSource(
  registry: Registry,
  { tree }: Pick<Job, 'tree'>,
  db: Queryable,
): Promise<ResourceRef | undefined> {
  if (!registry.kinds.has(tree.kind)) return undefined
  const root = { kind: tree.kind, id: tree.id }
  const there = await readTree(registry, db, root, undefined).catch((error: unknown) => {
    if (isPieceworkError(error, 'resource-not-found')) return undefined
    throw error
  })
  if (!there) return root
  const names = new Set(namesIn(there))
  return walkTree(tree).find(({ ref }) => registry.kinds.has(ref.kind) && !names.has(resourceName(ref)))?.ref
}

const namesIn = (tree: ResourceTree): readonly string[] => walkTree(tree).map(({ ref }) => resourceName(ref))

export function sourceDeleted(job: Job, { kind, id }: ResourceRef): JobError {
  const done = job.kind === 'clone' ? 'cloned' : 'exported'
  const message = `The ${kind} ${id} was deleted while it was ${done}.`
  return { code: 'resource-not-found', message, node: 'finish', retryable: false }
}
