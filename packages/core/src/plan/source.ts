import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { ResourceRef, ResourceTree } from '../contracts/resource.js'
import type { Registry } from './registry.js'
import { resourceNotFound } from './resource-not-found.js'
import { resourceName } from './tree.js'

/**
 * The resource and those below it, or the chosen ones of those. Throws `resource-not-found` if there is no
 * such resource or a chosen one is not below it.
 */
export async function readTree(
  registry: Registry,
  db: Queryable,
  root: ResourceRef,
  chosen: readonly ResourceRef[] | undefined,
): Promise<ResourceTree> {
  const kind = registry.kind(root.kind)
  if (!(await kind.describe(root, db))) throw resourceNotFound(root)
  const wanted = chosen && new Set(chosen.map(resourceName))
  const missing = new Set(wanted)
  const read = async (ref: ResourceRef): Promise<ResourceTree> => {
    const children: ResourceTree[] = []
    for (const kind of registry.childKinds(ref.kind)) {
      for (const child of (await kind.listUnder?.(ref, db)) ?? []) {
        const name = resourceName(child)
        missing.delete(name)
        if (!wanted || wanted.has(name)) children.push(await read(child))
      }
    }
    return { kind: ref.kind, id: ref.id, children }
  }
  const tree = await read(root)
  if (missing.size > 0) {
    const names = [...missing].join(', ')
    throw new PieceworkError('resource-not-found', `${resourceName(root)} holds no ${names}.`)
  }
  return tree
}

/** The resource and its ancestors, root first. */
export async function lineageOf(registry: Registry, db: Queryable, ref: ResourceRef): Promise<ResourceRef[]> {
  const lineage = [ref]
  for (let at = ref; ; ) {
    const parent = await registry.kind(at.kind).parentOf?.(at, db)
    if (!parent) return lineage
    lineage.unshift(parent)
    at = parent
  }
}
