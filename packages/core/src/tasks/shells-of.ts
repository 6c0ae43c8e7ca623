import type { Transaction } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { ResourceTree } from '../contracts/resource.js'
import { newRefs } from '../plan/new-ref-of.js'
import type { Registry } from '../plan/registry.js'
import { walkTree } from '../plan/tree.js'

/** Throws `unsupported` if something of the tree can be exported only. */
export function refuseShelless(registry: Registry, tree: ResourceTree): void {
  for (const { ref } of walkTree(tree)) {
    if (registry.kind(ref.kind).shell) continue
    throw new PieceworkError('unsupported', `Resources of the kind "${ref.kind}" can be exported only.`)
  }
}

/**
 * Makes an empty, invisible resource for each of the job's tree, parents first; those that are there already
 * stay.
 */
export async function makeShells(
  registry: Registry,
  job: Pick<Job, 'id' | 'tree' | 'targets' | 'principal' | 'request'>,
  tx: Transaction,
): Promise<void> {
  const { name, description, numberName, into, input } = job.request
  const newRef = newRefs(registry, job)
  for (const { ref, lineage } of walkTree(job.tree)) {
    const above = lineage.at(-2)
    const parent = above ? newRef(above) : into
    await registry.kind(ref.kind).shell?.create(
      {
        ref: newRef(ref),
        owner: job.principal.id,
        source: input?.format ?? 'clone',
        ...(parent && { parent }),
        ...(!above && name !== undefined && { name }),
        ...(!above && description !== undefined && { description }),
        ...(!above && numberName && { numberName }),
      },
      tx,
    )
  }
}
