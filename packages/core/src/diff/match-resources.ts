import type { ResourceRef, ResourceTree } from '../contracts/resource.js'

/** A resource of both sides, or of one. */
export interface ResourcePair {
  readonly a?: ResourceRef
  readonly b?: ResourceRef
  /**
   * By which children were matched. Absent for the roots, and if nothing but their order distinguishes them.
   */
  readonly key?: string
}

/** What distinguishes a resource from its siblings, whatever its id is. */
export type ResourceKey = (side: 'a' | 'b', ref: ResourceRef) => Promise<string | undefined>

/** Parents before children. The roots are a pair; children match by kind and key, and then by their order. */
export async function matchResources(
  a: ResourceTree,
  b: ResourceTree,
  keyOf: ResourceKey,
): Promise<readonly ResourcePair[]> {
  const pairs: ResourcePair[] = []
  const visit = async (one?: ResourceTree, other?: ResourceTree, key?: string): Promise<void> => {
    const refs = { ...(one && { a: refOf(one) }), ...(other && { b: refOf(other) }) }
    pairs.push({ ...refs, ...(key !== undefined && { key }) })
    const left = await keyed('b', other?.children ?? [], keyOf)
    for (const child of await keyed('a', one?.children ?? [], keyOf)) {
      const at = left.findIndex(({ place }) => place === child.place)
      const [found] = at === -1 ? [] : left.splice(at, 1)
      await visit(child.tree, found?.tree, child.key)
    }
    for (const { tree, key: own } of left) await visit(undefined, tree, own)
  }
  await visit(a, b)
  return pairs
}

interface Keyed {
  readonly tree: ResourceTree
  readonly key: string | undefined
  readonly place: string
}

async function keyed(
  side: 'a' | 'b',
  children: readonly ResourceTree[],
  keyOf: ResourceKey,
): Promise<Keyed[]> {
  const all: Keyed[] = []
  for (const tree of children) {
    const key = await keyOf(side, tree)
    all.push({ tree, key, place: JSON.stringify([tree.kind, key]) })
  }
  return all
}

const refOf = ({ kind, id }: ResourceTree): ResourceRef => ({ kind, id })
