import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { Registry } from '../plan/registry.js'
import { walkTree } from '../plan/tree.js'

/** Why an export or a clone cannot be whole: the host has deleted what it reads, or a part of it, meanwhile. */
export async function missingSource(
  registry: Registry,
  { kind: job, tree }: Pick<Job, 'kind' | 'tree'>,
  db: Queryable,
): Promise<PieceworkError | undefined> {
  for (const { ref } of walkTree(tree)) {
    const kind = registry.kinds.get(ref.kind)
    if (!kind || (await kind.describe(ref, db))) continue
    const done = job === 'clone' ? 'cloned' : 'exported'
    const message = `The ${ref.kind} ${ref.id} was deleted while it was ${done}.`
    return new PieceworkError('resource-not-found', message)
  }
  return undefined
}
