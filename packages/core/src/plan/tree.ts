import type { ResourceRef, ResourceTree } from '../contracts/resource.js'

/** A resource of a tree and its ancestors, root first, itself last. */
export interface TreePlace {
  readonly ref: ResourceRef
  readonly lineage: readonly ResourceRef[]
}

/** Parents before children. */
export function walkTree(tree: ResourceTree, above: readonly ResourceRef[] = []): TreePlace[] {
  const ref = { kind: tree.kind, id: tree.id }
  const lineage = [...above, ref]
  return [{ ref, lineage }, ...tree.children.flatMap((child) => walkTree(child, lineage))]
}

export function sameResource(a: ResourceRef, b: ResourceRef): boolean {
  return a.kind === b.kind && a.id === b.id
}

/** For messages and node ids: no two resources have the same, whatever their ids hold. */
export function resourceName(ref: ResourceRef): string {
  return `${encodeURIComponent(ref.kind)}:${ref.id}`
}
