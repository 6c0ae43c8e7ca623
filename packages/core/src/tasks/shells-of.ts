import type { Transaction } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { ResourceTree, Shell } from '../contracts/resource.js'
import { pageSizes } from '../defaults.js'
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

type ShellsJob = Pick<Job, 'id' | 'tree' | 'targets' | 'principal' | 'request'>

/**
 * Makes an empty, invisible resource for each of the job's tree, parents first; those that are there already
 * stay.
 */
export async function makeShells(registry: Registry, job: ShellsJob, tx: Transaction): Promise<void> {
  for (const { kind, shells } of shellsOf(registry, job)) {
    const { shell } = registry.kind(kind)
    for (let at = 0; at < shells.length; at += pageSizes.shells) {
      const some = shells.slice(at, at + pageSizes.shells)
      if (shell?.createAll && some.length > 1) await shell.createAll(some, tx)
      else for (const one of some) await shell?.create(one, tx)
    }
  }
}

interface LevelShells {
  readonly kind: string
  readonly shells: Shell[]
}

/** By kind and depth, each behind that of its parents. */
function shellsOf(registry: Registry, job: ShellsJob): Iterable<LevelShells> {
  const { name, description, numberName, into, input } = job.request
  const newRef = newRefs(registry, job)
  const levels = new Map<string, LevelShells>()
  for (const { ref, lineage } of walkTree(job.tree)) {
    const above = lineage.at(-2)
    const parent = above ? newRef(above) : into
    const key = `${lineage.length} ${ref.kind}`
    const level = levels.get(key) ?? { kind: ref.kind, shells: [] }
    levels.set(key, level)
    level.shells.push({
      ref: newRef(ref),
      owner: job.principal.id,
      source: input?.format ?? 'clone',
      ...(parent && { parent }),
      ...(!above && name !== undefined && { name }),
      ...(!above && description !== undefined && { description }),
      ...(!above && numberName && { numberName }),
    })
  }
  return levels.values()
}
